//! The public ledger as any reader of C2SP logs reads it (LEDGER.md, "Tree,
//! tiles, checkpoint"): checkpoint, tiles, entries, files, key. Shows no more
//! than what was signed. Knows no page; its addresses are those of the standard, not of our API.

use actix_web::http::header;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use signed_note::Signature;
use tlog_tiles::tile::Tile;

use super::problem::Refused;
use crate::domain::error::{Code, Problem};
use crate::domain::tree::{HEIGHT, WIDTH, width_of};
use crate::http::app::Shared;
use crate::store;

/// What never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What grows every few seconds.
const FRESH: &str = "no-cache";

/// Mounts these addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/.well-known/hoidap-ledger-key", web::get().to(key))
        .route("/so-cong-khai/checkpoint", web::get().to(checkpoint))
        .route("/so-cong-khai/cosigned/{id}", web::get().to(cosigned))
        .route("/so-cong-khai/checkpoints/{size}.tsr", web::get().to(stamp))
        .route("/so-cong-khai/checkpoints/{size}", web::get().to(checkpoint_of))
        .route("/so-cong-khai/tile/{path:.*}", web::get().to(tile))
        .route("/so-cong-khai/calendar/{file}", web::get().to(file))
        .route("/so-cong-khai/questionnaire/{file}", web::get().to(file))
        .route("/so-cong-khai/tally/{half}/{file}", web::get().to(file));
}

/// Anybody's page may read it.
fn answer(content_type: &str, cache: &'static str, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body.into())
}

const NOTE: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// The key that a verifier is given.
async fn key(app: Shared) -> Result<impl Responder, Refused> {
    let key = app.config.ledger_key().ok_or(Problem::Refused(Code::NotFound))?;
    Ok(answer(NOTE, FRESH, key.verifier() + "\n"))
}

async fn checkpoint(app: Shared) -> Result<impl Responder, Refused> {
    let last = app.read(|tx| Ok(store::ledger::last_checkpoint(tx.conn)?)).await?;
    let (_, note) = last.ok_or(Problem::Refused(Code::NotFound))?;
    Ok(answer(NOTE, FRESH, note))
}

/// The last checkpoint that a witness co-signed, by the id of its key.
async fn cosigned(app: Shared, id: Path<String>) -> Result<impl Responder, Refused> {
    let all = app.read(|tx| Ok(store::ledger::cosigned(tx.conn)?)).await?;
    let is_asked = |line: &str| Signature::from_bytes(line.as_bytes()).is_ok_and(|signature| format!("{:08x}", signature.id()) == *id);
    let (note, line) = all.into_iter().find(|(_, line)| is_asked(line)).ok_or(Problem::Refused(Code::NotFound))?;
    Ok(answer(NOTE, FRESH, format!("{note}{line}\n")))
}

/// The last checkpoint of a day, by its size.
async fn checkpoint_of(app: Shared, size: Path<u64>) -> Result<impl Responder, Refused> {
    let size = size.into_inner();
    let note = app.read(move |tx| Ok(store::ledger::checkpoint_of(tx.conn, size)?)).await?;
    Ok(answer(NOTE, FRESH, note.ok_or(Problem::Refused(Code::NotFound))?))
}

/// The time stamp of the last checkpoint of a day, where an authority gave one.
async fn stamp(app: Shared, size: Path<u64>) -> Result<impl Responder, Refused> {
    let size = size.into_inner();
    let stamp = app.read(move |tx| Ok(store::ledger::stamp_of(tx.conn, size)?)).await?;
    Ok(answer("application/timestamp-reply", FOR_EVER, stamp.ok_or(Problem::Refused(Code::NotFound))?))
}

async fn file(app: Shared, request: HttpRequest) -> Result<impl Responder, Refused> {
    let path = request.path().trim_start_matches("/so-cong-khai/").to_owned();
    let content = app.read(move |tx| Ok(store::ledger::file(tx.conn, &path)?)).await?;
    Ok(answer(JSON, FOR_EVER, content.ok_or(Problem::Refused(Code::NotFound))?))
}

/// Hashes of a level, or the leaves themselves.
async fn tile(app: Shared, path: Path<String>) -> Result<impl Responder, Refused> {
    let tile = parse(&path).ok_or(Problem::Refused(Code::NotFound))?;
    let body = app
        .read(move |tx| {
            let signed = store::ledger::signed_alone(tx.conn)?.map_or(0, |(size, _)| size);
            let (first, width) = (tile.level_index() * WIDTH, u64::from(tile.width()));
            if first + width > width_of(tile.level(), signed) {
                return Ok(None);
            }
            if tile.is_data() {
                let leaves = store::ledger::leaves(tx.conn, first, width)?;
                return Ok(Some(entries(&leaves)));
            }
            let place = (tile.level(), tile.level_index());
            let mut hashes = store::ledger::tiles(tx.conn, [place])?.remove(&place);
            if let Some(hashes) = &mut hashes {
                hashes.truncate(32 * tile.width() as usize);
            }
            Ok(hashes)
        })
        .await?;
    // A tile of fewer hashes is a part of one that never changes either.
    Ok(answer(BYTES, FOR_EVER, body.ok_or(Problem::Refused(Code::NotFound))?))
}

/// `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`.
fn parse(path: &str) -> Option<Tile> {
    let (level, rest) = path.split_once('/')?;
    let level = match level {
        "entries" => "data",
        // The library would stop the program at a level that no tree has, and at a tile without a hash.
        level if level.parse::<u8>().is_ok_and(|level| level < 8) => level,
        _ => return None,
    };
    if rest.ends_with(".p/0") {
        return None;
    }
    Tile::from_path(&format!("tile/{HEIGHT}/{level}/{rest}")).ok().filter(|tile| tile.level_index() < u64::MAX / WIDTH / WIDTH)
}

/// Each leaf with its length before it, in 16 bits.
fn entries(leaves: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        // None is longer: it would not have been written.
        bytes.extend(u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(leaf.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_tiles_are_tiles() {
        let at = |path| parse(path).map(|tile| (tile.is_data(), tile.level(), tile.level_index(), tile.width()));
        assert_eq!(at("0/000"), Some((false, 0, 0, 256)));
        assert_eq!(at("1/x001/234.p/7"), Some((false, 1, 1_234, 7)));
        assert_eq!(at("entries/x001/x234/067.p/255"), Some((true, 0, 1_234_067, 255)));
        for strange in
            ["", "0", "0/0", "0/000.p/0", "0/000.p/256", "8/000", "300/000", "-1/000", "data/000", "0/x999/x999/x999/x999/x999/x999/999", "entries/1000"]
        {
            assert_eq!(at(strange), None, "{strange}");
        }
    }
}
