//! The codec server of `dev --codec`.
//!
//! It listens before the Temporal server starts, which gets its URL, and answers after that, because the
//! web UI may have a free port, which is a part of its origin.

#[cfg(feature = "codec-server")]
pub(super) use with::WithCodec;
#[cfg(not(feature = "codec-server"))]
pub(super) use without::WithCodec;

#[cfg(feature = "codec-server")]
mod with {
    use clap::Args;

    use crate::cli::commands::codec_server::{not_started, of_client};
    use crate::cli::context::Context;
    use crate::cli::exit::Outcome;
    use crate::codec::server::{CodecServer, CodecServerBuilder};
    use crate::dev_server::DevServerBuilder;

    #[derive(Debug, Args)]
    pub(in crate::cli::commands) struct WithCodec {
        /// Starts a codec server too, with which the web UI shows encoded values
        ///
        /// It is the one that is configured, and allows the origins of the web UI. With `--free-ports` it
        /// gets a free port.
        #[arg(long)]
        codec: bool,
    }

    /// The codec server, if one is wanted, which listens and doesn't answer yet.
    pub(in crate::cli::commands) struct DevCodec(Option<(CodecServerBuilder, String)>);

    impl WithCodec {
        pub(in crate::cli::commands) async fn listen(
            &self,
            context: &Context,
            on_free_port: bool,
        ) -> Outcome<DevCodec> {
            if !self.codec {
                return Ok(DevCodec(None));
            }
            let mut server = CodecServer::builder(of_client(context)?).config(context.config()?);
            if on_free_port {
                server = server.address("127.0.0.1:0");
            }
            let url = server.bind().await.map_err(not_started)?;
            Ok(DevCodec(Some((server, url))))
        }
    }

    impl DevCodec {
        /// Makes the web UI of a server use it.
        pub(in crate::cli::commands) fn used_by(
            &self,
            server: DevServerBuilder,
        ) -> DevServerBuilder {
            match &self.0 {
                Some((_, url)) => server.ui_codec_endpoint(url),
                None => server,
            }
        }

        /// Answers the web UI at this URL until the returned server is dropped.
        pub(in crate::cli::commands) async fn serve(
            self,
            ui: Option<&str>,
        ) -> Outcome<Option<CodecServer>> {
            let Some((mut server, _)) = self.0 else { return Ok(None) };
            if let Some(ui) = ui {
                // People open either.
                server = server.allow_origin(ui.to_owned());
                server = server.allow_origin(ui.replace("127.0.0.1", "localhost"));
            }
            server.start().await.map(Some).map_err(not_started)
        }
    }
}

#[cfg(not(feature = "codec-server"))]
mod without {
    use clap::Args;

    use crate::cli::context::Context;
    use crate::cli::exit::Outcome;
    use crate::dev_server::DevServerBuilder;

    #[derive(Debug, Args)]
    pub(in crate::cli::commands) struct WithCodec {}

    /// No codec server, which is a feature.
    pub(in crate::cli::commands) struct DevCodec;

    /// A codec server that doesn't exist.
    pub(in crate::cli::commands) enum NoServer {}

    impl NoServer {
        pub(in crate::cli::commands) fn url(&self) -> &str {
            match *self {}
        }
    }

    impl WithCodec {
        #[allow(clippy::unused_self, reason = "as with the feature")]
        pub(in crate::cli::commands) async fn listen(
            &self,
            _: &Context,
            _: bool,
        ) -> Outcome<DevCodec> {
            Ok(DevCodec)
        }
    }

    impl DevCodec {
        #[allow(clippy::unused_self, reason = "as with the feature")]
        pub(in crate::cli::commands) fn used_by(
            &self,
            server: DevServerBuilder,
        ) -> DevServerBuilder {
            server
        }

        pub(in crate::cli::commands) async fn serve(
            self,
            _: Option<&str>,
        ) -> Outcome<Option<NoServer>> {
            Ok(None)
        }
    }
}
