//! `hoidap serve`: pages, API, jobs on one port, until it is told to stop. What
//! was accepted is stored before it stops; mail goes on at the next start.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App as ActixApp, FromRequest, HttpRequest, HttpResponse, HttpServer};

use super::manage;
use crate::actions::Service;
use crate::actions::intake::Intake;
use crate::config::Config;
use crate::domain::error::{Code, Problem};
use crate::http::app::{App, Shared};
use crate::http::guard::{Late, Limit, guard};
use crate::http::render::Pages;
use crate::http::visitor::Visitor;
use crate::jobs::ledger::Sequencer;
use crate::jobs::stamp::Stamper;
use crate::jobs::witness::Witness;
use crate::mail::Mailer;
use crate::{api, jobs, store, telemetry, web as pages};

/// Serves what the environment names.
pub fn run() -> Result<(), Problem> {
    let config = manage::config()?;
    telemetry::start(&config);
    let service = manage::service(&config)?;
    service.db().migrate()?;
    serve(config, service, |address| println!("listening on http://{address}"))
}

/// Mounts every address of the service.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(|| async { HttpResponse::Ok().body("ok") }))
        .route("/readyz", web::get().to(ready))
        .route("/metrics", web::get().to(metrics))
        .configure(api::routes)
        .configure(pages::routes);
}

/// A server that has not begun to serve.
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    server: Server,
    intake: Arc<Intake>,
    jobs: Option<jobs::Running>,
}

/// Binds, and starts the writer and the jobs.
pub fn prepare(config: Config, service: Arc<Service>) -> Result<Ready, Problem> {
    let mut ready = prepare_reading(config.clone(), service.clone())?;
    let mailer = Mailer::from_config(&config).map_err(Problem::Internal)?;
    let ledger = config.ledger_key().map(|key| jobs::Ledger {
        sequencer: Sequencer::new(key, config.ledger_state.clone()),
        witnesses: config.witnesses().unwrap_or_default().into_iter().map(|(address, key)| Witness::new(&address, key)).collect(),
        stamper: (!config.tsa_url.is_empty()).then(|| Stamper::new(&config.tsa_url)),
    });
    ready.jobs = Some(jobs::run(service, Arc::new(mailer), ledger)?);
    Ok(ready)
}

/// The same without the jobs: nothing happens by itself.
pub fn prepare_reading(config: Config, service: Arc<Service>) -> Result<Ready, Problem> {
    let said = |what: &str, e: &dyn std::fmt::Display| Problem::Unavailable(format!("{what}: {e}"));
    // The first read names a deployment that was not set up, before anybody is served.
    service.held()?;
    let listen = config.listen.clone();
    let workers = config.workers;
    let intake = Arc::new(Intake::start(service.clone())?);
    let shared: Shared = Data::new(App { service, intake: intake.clone(), pages: Pages::new()?, config: Arc::new(config), metrics: telemetry::metrics() });
    let factory = move || ActixApp::new().app_data(shared.clone()).app_data(Limit::new(late)).wrap(Compress::default()).wrap(from_fn(guard)).configure(routes);
    let mut server = HttpServer::new(factory).shutdown_timeout(15);
    if workers > 0 {
        server = server.workers(workers);
    }
    let server = server.bind(&listen).map_err(|e| said(&format!("can't listen on {listen}"), &e))?;
    let address = server.addrs().first().copied().ok_or_else(|| said("can't listen", &"no address"))?;
    Ok(Ready { address, server: server.run(), intake, jobs: None })
}

impl Ready {
    /// The handle that stops it from elsewhere.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }

    /// Serves until it is stopped, then stores what was accepted.
    pub async fn serve(self) -> Result<(), Problem> {
        let done = self.server.await;
        if let Some(jobs) = self.jobs {
            jobs.stop();
        }
        self.intake.close();
        done.map_err(|e| Problem::Unavailable(e.to_string()))
    }
}

/// Serves until the process is told to stop.
pub fn serve(config: Config, service: Arc<Service>, announce: impl FnOnce(SocketAddr)) -> Result<(), Problem> {
    actix_web::rt::System::new().block_on(async {
        let ready = prepare(config, service)?;
        announce(ready.address);
        ready.serve().await
    })
}

/// The answer to a request that takes too long: a problem for machines, a page for people.
pub fn late(request: &HttpRequest) -> Late {
    if request.path().starts_with("/api/") {
        return api::problem::late(request);
    }
    let app = request.app_data::<Shared>().cloned();
    let visitor = Visitor::from_request(request, &mut actix_web::dev::Payload::None).into_inner();
    Box::new(move || match (app, visitor) {
        (Some(app), Ok(visitor)) => pages::respond::problem(&app, &visitor, &Code::TooSlow.into()),
        _ => HttpResponse::ServiceUnavailable().finish(),
    })
}

async fn ready(app: Shared) -> HttpResponse {
    match app.read(|tx| Ok(store::ping(tx.conn)?)).await {
        Ok(()) => HttpResponse::Ok().body("ready"),
        Err(problem) => HttpResponse::build(crate::http::error::noted(&problem)).body("not ready"),
    }
}

async fn metrics(app: Shared) -> HttpResponse {
    match &app.metrics {
        Some(handle) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render()),
        None => HttpResponse::NotFound().finish(),
    }
}
