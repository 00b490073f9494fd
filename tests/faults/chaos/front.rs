//! A TCP front of the server, whose connections can be cut.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A front. It ends when it is dropped.
pub(crate) struct Front {
    pub(crate) address: String,
    cuts: watch::Sender<()>,
    listening: JoinHandle<()>,
}

impl Front {
    pub(crate) async fn of(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it listens").to_string();
        let cuts = watch::Sender::new(());
        let cut = cuts.clone();
        let listening = tokio::spawn(async move {
            while let Ok((mut inner, _)) = listener.accept().await {
                let (server, mut cut) = (server.clone(), cut.subscribe());
                tokio::spawn(async move {
                    // While the server is away, the connection ends at once.
                    let Ok(mut outer) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut inner, &mut outer) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, cuts, listening }
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        self.cuts.send_replace(());
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
