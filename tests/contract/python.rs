//! The client in Python, with a worker of this process.

use std::process::Stdio;

use durable::Registry;
use durable::contract::{Contract, Language};
use durable::worker::Workers;
use durable_tests::{Shared, python, skip, unique};

const SCRIPT: &str = r#"
import asyncio
import sys

from temporalio.client import Client

from workflows import Delivery, Keywords, Parcel


async def main() -> None:
    client = await Client.connect(sys.argv[1])
    parcel: Parcel = {"id": "7", "grams": 3}
    handle = await Delivery.start(client, parcel, id=sys.argv[2])
    assert await handle.doors() == [], "no door yet"
    try:
        await handle.re_weigh(parcel)
    except Exception as error:
        print("refused", error.__cause__)
    await handle.leave_at("north", None)
    print("result", await handle.result())
    print("again", await Delivery.handle(client, sys.argv[2]).result())
    print("keywords", await Keywords.execute(client, "x", {"class": "y", "a b": 1}, id=sys.argv[2] + "-k"))


asyncio.run(main())
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_python_starts_signals_queries_and_updates() {
    let test = "a_client_in_python_starts_signals_queries_and_updates";
    let packages = ["temporalio==1.30.0", "mypy"];
    let python = match python("contract", &packages, "temporalio, mypy").await {
        Ok(python) => python,
        Err(reason) => return skip(test, &reason),
    };
    let contract = Contract::of(&Registry::collect().expect("the annotations are valid"));
    let module = contract.client(Language::Python);
    assert_eq!(module, contract.client(Language::Python));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("workflows.py"), module).expect("it is written");
    std::fs::write(folder.path().join("main.py"), SCRIPT).expect("it is written");

    let mut mypy = tokio::process::Command::new(&python);
    mypy.args(["-m", "mypy", "--strict", "--no-incremental", "main.py"]).current_dir(&folder);
    let checked = mypy.output().await.expect("mypy runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));

    let client = durable_tests::client().await;
    let workers = Workers::new(&client).queues(["contract-types"]).start().await;
    let workers = workers.expect("the workers start");
    let mut script = tokio::process::Command::new(&python);
    script.args(["main.py", Shared::get().address(), &unique("python")]);
    let output = script.current_dir(&folder).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = output.await.expect("the script runs");
    workers.shutdown().await.expect("the workers end");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("refused") && printed.contains("too heavy"), "{printed}");
    assert!(printed.contains("result 3\nagain 3\n"), "{printed}");
    assert!(printed.contains("keywords x y"), "{printed}");
}
