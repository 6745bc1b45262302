//! Files of an opinion at the desk: opened by whoever may read it, laid beside it by officers.

use actix_web::Responder;
use actix_web::web::Path;

use crate::actions::{attachment, lookup};
use crate::domain::error::Code;
use crate::domain::words::Serial;
use crate::http::app::{Shared, block};
use crate::http::visitor::Visitor;
use crate::web::upload::Parcel;
use crate::web::{files, respond};

/// One file. Of a sealed opinion, each view leaves an audit line, as the page does.
pub async fn show(app: Shared, visitor: Visitor, path: Path<(String, i64)>) -> impl Responder {
    let (serial, id) = path.into_inner();
    let found = async {
        let officer = visitor.officer(&app).await?;
        let serial: Serial = serial.parse().map_err(|_| Code::NotFound)?;
        let service = app.service.clone();
        let kept = block(move || lookup::at_desk(&service, &officer, serial, |tx, _| attachment::of(tx, serial))).await?;
        files::answer(&app, &kept, id).await
    };
    match found.await {
        Ok(answer) => answer,
        Err(problem) => respond::problem(&app, &visitor, &problem),
    }
}

/// Lays files beside an opinion.
pub async fn add(app: Shared, visitor: Visitor, serial: Path<String>, parcel: Parcel) -> impl Responder {
    let (officer, serial) = match (visitor.officer(&app).await, serial.parse::<Serial>()) {
        (Ok(officer), Ok(serial)) => (officer, serial),
        (Err(problem), _) => return respond::problem(&app, &visitor, &problem),
        (_, Err(_)) => return respond::problem(&app, &visitor, &Code::NotFound.into()),
    };
    let Parcel { fields, files } = parcel;
    let (service, who) = (app.service.clone(), officer.clone());
    let done = async {
        visitor.check_form(&app, fields.get("form_token"))?;
        block(move || {
            // Nothing is stored for who may not read the item.
            service.read(|tx| lookup::desk_item(tx, &who, serial))?;
            let stored = attachment::store(&service, files)?;
            service.write(|tx| attachment::lay_beside(tx, &who, serial, &stored))
        })
        .await
    };
    match done.await {
        Ok(()) => respond::see_other(&format!("/can-bo/{}?xong=1", serial.0)),
        Err(problem) => match super::frame(&app, &visitor, &officer) {
            Ok(frame) => respond::problem_at_desk(&app, &visitor, &frame, &problem, Some(serial.0)),
            Err(problem) => respond::problem(&app, &visitor, &problem),
        },
    }
}
