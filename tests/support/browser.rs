//! A real browser, without a window, for what the server's web UI shows.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::{process, skip, unique};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
const DRIVER: &str = "chromedriver";

/// The options that keep a browser from calling anybody else, and let it run as root.
const OPTIONS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--window-size=1400,1600",
];

/// The time for a page to show what is expected.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page. No process of it is left when it is dropped.
pub struct Browser {
    client: Client,
    driver: Driver,
}

/// The program that drives the browser, and the browser's folder.
struct Driver {
    child: Child,
    profile: PathBuf,
}

impl Browser {
    /// Starts a browser. Without one, or without its driver, the test is skipped.
    ///
    /// # Panics
    /// Panics if it can't be started, or if tests must not be skipped.
    pub async fn start(test: &str) -> Option<Self> {
        let found = NAMES.iter().find_map(|name| on_path(name)).zip(on_path(DRIVER));
        let Some((browser, driver)) = found else {
            skip(
                test,
                "no browser; install Chromium and its driver, such as by `apt-get install chromium \
                 chromium-driver`",
            );
            return None;
        };
        let profile = std::env::temp_dir().join(unique("durable-browser"));
        fs::create_dir_all(&profile).expect("a folder can be made");
        let (driver, port) = Driver::start(&driver, profile);
        let profile = format!("--user-data-dir={}", driver.profile.display());
        let arguments: Vec<_> = OPTIONS.into_iter().chain([profile.as_str()]).collect();
        let options = json!({ "goog:chromeOptions": { "binary": browser, "args": arguments } });
        let Value::Object(options) = options else { unreachable!("it is an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(Capabilities::from(options))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts");
        Some(Self { client, driver })
    }

    /// Opens a page.
    ///
    /// # Panics
    /// Panics if nobody serves it.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page can be opened");
    }

    /// Clicks the element that a CSS selector finds.
    ///
    /// # Panics
    /// Panics if there is none, or it can't be clicked.
    pub async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await.expect("it is there");
        element.click().await.expect("it can be clicked");
    }

    /// Types into the element that has the focus, as a keyboard does. `\u{E004}` is the key Tab, and
    /// `\u{E007}` the key Enter.
    ///
    /// # Panics
    /// Panics if the browser is gone.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("an element has the focus");
        focused.send_keys(keys).await.expect("keys can be pressed");
    }

    /// Runs a script in the page, and returns its result.
    ///
    /// # Panics
    /// Panics if it fails.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Changes the size of the window, in pixels.
    ///
    /// # Panics
    /// Panics if the browser is gone.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("the window has a size");
    }

    /// Returns the text of the page, as a reader sees it.
    ///
    /// # Panics
    /// Panics if the browser is gone.
    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        let text = self.client.execute(script, Vec::new()).await.expect("the browser answers");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows all of these texts, and returns all that it shows.
    ///
    /// # Panics
    /// Panics if it doesn't within 30 seconds. A screenshot of that name is taken.
    pub async fn shows(&self, texts: &[&str], screenshot: &str) -> String {
        let waiting = async {
            loop {
                let shown = self.text().await;
                if texts.iter().all(|text| shown.contains(text)) {
                    return shown;
                }
                // The web UI of server 1.32 gives up when one of its requests fails, and says so.
                if shown.contains("Uh oh. There's an error.") {
                    self.client.refresh().await.expect("the page can be opened");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let shown = tokio::time::timeout(PATIENCE, waiting).await;
        self.screenshot(screenshot).await;
        let Ok(shown) = shown else {
            panic!("the page doesn't show {texts:?}, but:\n{}", self.text().await);
        };
        shown
    }

    /// Runs a script until it returns `true`, such as one that clicks what the page shows only later.
    ///
    /// # Panics
    /// Panics if it doesn't within 30 seconds.
    pub async fn does(&self, script: &str) {
        let waiting = async {
            // A script fails as long as an element is missing.
            while self.client.execute(script, Vec::new()).await.ok() != Some(Value::Bool(true)) {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(done.is_ok(), "the page can't do {script}, but shows:\n{}", self.text().await);
    }

    /// Takes a screenshot, to `target/screenshots`.
    ///
    /// # Panics
    /// Panics if it can't be taken.
    pub async fn screenshot(&self, name: &str) {
        let picture = self.client.screenshot().await.expect("the browser takes one");
        // target/debug/deps/NAME-0123456789abcdef
        let this = std::env::current_exe().expect("a test binary has a path");
        let folder =
            this.ancestors().nth(3).expect("it is in a target directory").join("screenshots");
        fs::create_dir_all(&folder).expect("a folder can be made");
        fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
    }

    /// Ends the browser.
    ///
    /// # Panics
    /// Panics if a process of it is left.
    pub async fn close(self) {
        let Self { client, driver } = self;
        client.close().await.expect("the browser ends");
        let profile = driver.profile.clone();
        drop(driver);
        assert!(is_gone(&profile), "a process of the browser is left");
    }

    /// Returns the folder of the browser, which no other process has.
    #[must_use]
    pub fn profile(&self) -> &Path {
        &self.driver.profile
    }
}

impl Driver {
    /// Starts the driver on a free port, which it prints.
    fn start(path: &Path, profile: PathBuf) -> (Self, u16) {
        let mut command = Command::new(path);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // What the browser writes beside its profile.
        command.env("HOME", &profile).env("XDG_CONFIG_HOME", &profile).env("TMPDIR", &profile);
        let mut child = command.spawn().expect("the driver runs");
        let stdout = child.stdout.take().expect("it is piped");
        let driver = Self { child, profile };
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let started = "was started successfully on port ";
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once(started)?;
            port.trim_end_matches('.').parse().ok()
        });
        // It goes on printing, and must not block.
        std::thread::spawn(move || lines.for_each(drop));
        (driver, port.expect("the driver tells its port"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // After a panic the browser is still there. Nobody else has its folder.
        let profile = self.profile.to_string_lossy().into_owned();
        let left = processes_with(&profile);
        if !left.is_empty() {
            let ids = left.iter().map(u32::to_string);
            let _ = Command::new("kill").args(["-s", "KILL"]).args(ids).status();
            process::comes_true(|| processes_with(&profile).is_empty());
        }
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// Returns whether the browser with this folder is gone, within 15 seconds.
#[must_use]
pub fn is_gone(profile: &Path) -> bool {
    process::comes_true(|| {
        processes_with(&profile.to_string_lossy()).is_empty() && !profile.exists()
    })
}

/// Returns the ids of the processes with this text in their arguments.
fn processes_with(text: &str) -> Vec<u32> {
    let listed = Command::new("ps").args(["-A", "-ww", "-o", "pid=,stat=,args="]).output();
    let listed = listed.expect("Unix has `ps`").stdout;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let found = listed.lines().filter(|line| line.contains(text));
    let running = found.filter_map(|line| {
        let mut words = line.split_whitespace();
        let id = words.next()?.parse().ok()?;
        (!words.next()?.starts_with('Z')).then_some(id)
    });
    running.filter(|id| *id != std::process::id()).collect()
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}
