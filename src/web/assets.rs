//! Stylesheet, scripts and icons: named by their content, cached for ever.

use actix_web::http::header;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpResponse, Responder};

use crate::embedded::Assets;
use crate::http::render::{ASSETS, asset_address};

/// Mounts the assets.
pub fn routes(config: &mut ServiceConfig) {
    config.route(&format!("{ASSETS}/{{hash}}/{{name:.*}}"), web::get().to(asset));
}

async fn asset(path: Path<(String, String)>) -> impl Responder {
    let (hash, name) = path.into_inner();
    let current = asset_address(&name).is_some_and(|address| address == format!("{ASSETS}/{hash}/{name}"));
    match Assets::get(&name) {
        // An older hash gets today's file, but must not keep it.
        Some(file) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, content_type(&name)))
            .insert_header((header::CACHE_CONTROL, if current { "public, max-age=31536000, immutable" } else { "no-cache" }))
            .body(file.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
