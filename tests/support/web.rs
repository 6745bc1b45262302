//! Stand-in of my own: a server on port 0.
use std::sync::mpsc::channel;

use hoidap::cli::serve::prepare;
use hoidap::config::Config;

use super::Bed;

/// A running server.
pub struct Site {
    /// Its address.
    pub url: String,
}

impl Site {
    /// Starts it.
    pub fn start(bed: &Bed) -> Self {
        let service = bed.service.clone();
        let (tell, told) = channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let config = Config { listen: "127.0.0.1:0".to_owned(), workers: 1, ..Config::default() };
                let ready = prepare(config, service).unwrap();
                tell.send(ready.address).unwrap();
                ready.serve().await.unwrap();
            });
        });
        Self { url: format!("http://{}", told.recv().unwrap()) }
    }
}
