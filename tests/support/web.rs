//! A server on port 0, and somebody before a browser.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hoidap::actions::Service;
use hoidap::cli::serve::prepare;
use hoidap::config::{Config, Environment, Secret};
use reqwest::blocking::{Client, Response};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use serde_json::Value;
use uuid::Uuid;

use super::ledger::{SEED, Scratch};
use super::{Bed, PASSWORD};

/// A running server; it stops when its test ends.
pub struct Site {
    /// Its address.
    pub url: String,
    /// Where its mails go.
    pub mails: PathBuf,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// Starts it.
    pub fn start(bed: &Bed) -> Self {
        Self::serving(bed.service.clone())
    }

    /// Starts it on another service than the bed's own.
    pub fn serving(service: Arc<Service>) -> Self {
        Self::configured(service, Config::default())
    }

    /// Starts it with a ledger that it signs.
    pub fn signing(bed: &Bed, state: &Scratch) -> Self {
        let ledger_key = Secret::new(STANDARD.encode(SEED));
        Self::configured(bed.service.clone(), Config { ledger_key, ledger_state: state.0.clone(), ..Config::default() })
    }

    /// Starts it with other settings.
    pub fn configured(service: Arc<Service>, config: Config) -> Self {
        let mails = std::env::temp_dir().join(format!("hoidap-mails-{}", Uuid::new_v4().simple()));
        let mail = format!("folder:{}", mails.display());
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let config = Config { listen: "127.0.0.1:0".to_owned(), workers: 1, env: Environment::Development, mail, ..config };
                let ready = prepare(config, service).unwrap();
                tell.send((ready.address, ready.handle())).unwrap();
                ready.serve().await.unwrap();
            });
        });
        let (address, handle) = told.recv().unwrap();
        Self { url: format!("http://{address}"), mails, handle, thread: Some(thread) }
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Browser {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).timeout(None).build().unwrap();
        Browser { client, url: self.url.clone() }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        // A second panic would hide why the test failed.
        let _ = self.thread.take().map(JoinHandle::join);
        let _ = std::fs::remove_dir_all(&self.mails);
    }
}

/// Somebody before a browser, which keeps cookies and follows no redirect by itself.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    url: String,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl From<Response> for Page {
    fn from(response: Response) -> Self {
        Self { status: response.status().as_u16(), headers: response.headers().clone(), body: response.text().unwrap() }
    }
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn says(&self, words: &str) -> bool {
        self.body.contains(words)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let rest = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap().replace("&#x3D;", "=")
    }
}

impl Browser {
    pub fn opens(&self, address: &str) -> Page {
        self.client.get(format!("{}{address}", self.url)).send().unwrap().into()
    }

    /// Asks for the head alone, as programs do that watch a site.
    pub fn heads(&self, address: &str) -> Page {
        self.client.head(format!("{}{address}", self.url)).send().unwrap().into()
    }

    /// What stands there, to the byte.
    pub fn downloads(&self, address: &str) -> Vec<u8> {
        self.client.get(format!("{}{address}", self.url)).send().unwrap().bytes().unwrap().to_vec()
    }

    /// Sends a form as it is, without a token.
    pub fn sends(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        self.client.post(format!("{}{address}", self.url)).form(fields).send().unwrap().into()
    }

    /// Sends a form of parts with files: name, type, bytes. Without a token of its own.
    pub fn sends_parts(&self, address: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
        const EDGE: &str = "an-edge-that-no-file-has";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        for (name, kind, bytes) in files {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"tep\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n");
            body.extend_from_slice(&[head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let request = self.client.post(format!("{}{address}", self.url)).header("content-type", format!("multipart/form-data; boundary={EDGE}"));
        request.body(body).send().unwrap().into()
    }

    /// Sends a form with this browser's token.
    pub fn submits(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token();
        self.sends(address, &[&[("form_token", token.as_str())], fields].concat())
    }

    /// The token of this browser's forms.
    pub fn token(&self) -> String {
        self.opens("/tra-cuu").hidden("form_token")
    }

    /// Sends JSON.
    pub fn posts(&self, address: &str, body: &Value) -> Page {
        let request = self.client.post(format!("{}{address}", self.url)).header("content-type", "application/json");
        request.body(body.to_string()).send().unwrap().into()
    }

    /// Signs in.
    pub fn signs_in(self, login: &str) -> Self {
        assert_eq!(self.submits("/dang-nhap", &[("login", login), ("password", PASSWORD)]).status, 303, "{login} signs in");
        self
    }
}
