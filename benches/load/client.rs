//! A client that costs little beside the server it measures: one thread, plain
//! sockets, answers read only as far as needed.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::report::{Latencies, Processors};

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After so many.
    Sent(usize),
    /// After this long.
    Elapsed(Duration),
}

/// What a load did.
pub struct Load {
    /// Slips that were acknowledged.
    pub done: usize,
    /// How long it took.
    pub took: Duration,
    /// From sending to the answer.
    pub latencies: Latencies,
    /// Per cent of the processors that the host took meanwhile.
    pub taken: u64,
}

impl Load {
    /// A second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.took.as_secs_f64()
    }
}

/// Fields and places that slips are about, in turn.
const FIELDS: [&str; 6] = ["land", "construction", "investment", "civil-status", "business", "social"];
const OFFICES: [&str; 10] = ["31507", "31510", "31528", "31540", "kcn", "so-xd", "31531", "31537", "31552", "31561"];

/// Sends counter slips over this many connections.
pub fn slips(server: SocketAddr, connections: usize, until: Until) -> Load {
    let (began, processors) = (Instant::now(), Processors::now());
    let sent = Rc::new(Cell::new(0));
    let latencies = Rc::new(RefCell::new(Vec::new()));
    on_one_thread(async {
        let tasks: Vec<_> = (0..connections).map(|_| tokio::task::spawn_local(send(server, began, until, sent.clone(), latencies.clone()))).collect();
        for task in tasks {
            task.await.expect("a connection that works");
        }
    });
    let took = began.elapsed();
    let latencies = latencies.take();
    Load {
        done: latencies.len(),
        took,
        taken: processors.taken_since(),
        latencies: Latencies::of(if latencies.is_empty() { vec![Duration::ZERO] } else { latencies }),
    }
}

/// Sends so many opinions over this many connections.
pub fn opinions(server: SocketAddr, connections: usize, wanted: usize) {
    let sent = Rc::new(Cell::new(0));
    on_one_thread(async {
        let senders: Vec<_> = (0..connections).map(|_| tokio::task::spawn_local(say(server, wanted, sent.clone()))).collect();
        for sender in senders {
            sender.await.expect("a connection that works");
        }
    });
}

async fn say(server: SocketAddr, wanted: usize, sent: Rc<Cell<usize>>) {
    let mut connection = Connection::open(server).await;
    while sent.get() < wanted {
        let n = sent.get();
        sent.set(n + 1);
        let body = format!(
            r#"{{"submission_id":"{}","field":"{}","office":"{}","language":"vi","feedback":{{"text":"Đề nghị có thêm ghế ngồi chờ ở quầy số {n}."}}}}"#,
            uuid::Uuid::new_v4(),
            FIELDS[n % FIELDS.len()],
            OFFICES[n / 7 % OFFICES.len()],
        );
        let head = "POST /api/v1/feedback HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length:";
        let answer = connection.ask(&format!("{head} {}\r\n\r\n{body}", body.len())).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
}

async fn send(server: SocketAddr, began: Instant, until: Until, sent: Rc<Cell<usize>>, latencies: Rc<RefCell<Vec<Duration>>>) {
    let mut connection = Connection::open(server).await;
    loop {
        let n = sent.get();
        let over = match until {
            Until::Sent(wanted) => n >= wanted,
            Until::Elapsed(span) => began.elapsed() >= span,
        };
        if over {
            return;
        }
        sent.set(n + 1);
        let body = slip(n);
        let request = format!(
            "POST /api/v1/surveys/phieu-quay/responses HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let asked = Instant::now();
        let answer = connection.ask(&request).await;
        latencies.borrow_mut().push(asked.elapsed());
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
}

/// Five ratings; an opinion in one of twenty.
fn slip(n: usize) -> String {
    let rating = |k: usize| 1 + (n * 7 + k * 3) % 5;
    let opinion = if n.is_multiple_of(20) { r#","feedback":{"kind":"suggestion","text":"Đề nghị có thêm ghế ngồi chờ ở quầy."}"# } else { "" };
    format!(
        r#"{{"submission_id":"{}","respondent":"{}","field":"{}","office":"{}","language":"vi","answers":{{"overall":{},"attitude":{},"guidance":{},"time":{},"papers":{},"reasons":["time"]}}{opinion}}}"#,
        uuid::Uuid::new_v4(),
        if n.is_multiple_of(3) { "enterprise" } else { "citizen" },
        FIELDS[n % FIELDS.len()],
        OFFICES[n / 7 % OFFICES.len()],
        rating(0),
        rating(1),
        rating(2),
        rating(3),
        rating(4),
    )
}

/// Gets a page again and again over one connection.
pub fn gets(server: SocketAddr, path: &str, times: usize) -> Latencies {
    on_one_thread(async {
        let mut connection = Connection::open(server).await;
        let mut latencies = Vec::new();
        for _ in 0..times {
            let asked = Instant::now();
            let answer = connection.get(path, "identity").await;
            latencies.push(asked.elapsed());
            assert_eq!(answer.status, 200);
        }
        Latencies::of(latencies)
    })
}

/// Gets a page once; empty when it is not there.
pub fn read(server: SocketAddr, path: &str) -> String {
    on_one_thread(async {
        let answer = Connection::open(server).await.get(path, "identity").await;
        if answer.status == 200 { String::from_utf8_lossy(&answer.body).into_owned() } else { String::new() }
    })
}

/// What is answered to a body of JSON.
pub fn post(server: SocketAddr, path: &str, body: &str) -> String {
    let request = format!("POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    on_one_thread(async { String::from_utf8_lossy(&Connection::open(server).await.ask(&request).await.body).into_owned() })
}

/// What a page weighs with everything that it loads.
pub struct Weight {
    /// Bytes of all bodies, packed as browsers ask for them.
    pub sent: usize,
    /// Bytes of all bodies, unpacked.
    pub unpacked: usize,
}

/// Weighs a page with its style sheets, scripts and pictures.
pub fn weigh(server: SocketAddr, path: &str) -> Weight {
    on_one_thread(async {
        let mut connection = Connection::open(server).await;
        let page = connection.get(path, "identity").await;
        assert_eq!(page.status, 200, "{path}");
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let mut loaded: Vec<&str> =
            html.split(['"', '\'']).filter(|part| part.starts_with("/tai-nguyen/")).map(|part| part.split('#').next().unwrap_or(part)).collect();
        loaded.push(path);
        loaded.sort_unstable();
        loaded.dedup();
        let mut weight = Weight { sent: 0, unpacked: 0 };
        for path in loaded {
            for (encoding, total) in [("gzip", &mut weight.sent), ("identity", &mut weight.unpacked)] {
                let part = connection.get(path, encoding).await;
                assert_eq!(part.status, 200, "{path}");
                *total += part.body.len();
            }
        }
        weight
    })
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// A connection that is kept alive.
struct Connection {
    stream: TcpStream,
    /// Read and not yet used.
    rest: Vec<u8>,
}

impl Connection {
    async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, rest: Vec::with_capacity(16_384) }
    }

    async fn get(&mut self, path: &str, encoding: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-encoding: {encoding}\r\n\r\n")).await
    }

    async fn ask(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).await.expect("the server reads");
        let head = loop {
            if let Some(end) = self.rest.windows(4).position(|w| w == b"\r\n\r\n") {
                break self.rest.drain(..end + 4).collect::<Vec<u8>>();
            }
            self.more().await;
        };
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).and_then(|l| l.parse::<usize>().ok());
        let body = match length {
            Some(length) => self.take(length).await,
            None if head.contains("transfer-encoding: chunked") => self.chunks().await,
            None => Vec::new(),
        };
        Answer { status, body }
    }

    async fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = self.rest.windows(2).position(|w| w == b"\r\n") {
                    break end;
                }
                self.more().await;
            };
            let line: Vec<u8> = self.rest.drain(..end + 2).collect();
            let length = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).expect("a chunk's length");
            body.extend(self.take(length).await);
            self.take(2).await;
            if length == 0 {
                return body;
            }
        }
    }

    async fn take(&mut self, length: usize) -> Vec<u8> {
        while self.rest.len() < length {
            self.more().await;
        }
        self.rest.drain(..length).collect()
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.rest).await.expect("the server answers");
        assert!(read > 0, "the server closed the connection");
    }
}
