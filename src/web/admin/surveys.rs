//! Surveys: which take answers. What they ask is made in the builder.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::gate::{Admin, Sent, done};
use super::page::{Cell, Form, ListPage};
use crate::actions::catalogue;
use crate::domain::error::{Code, Problem};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::words::Slug;
use crate::web::form::Fields;

/// Its address.
pub const LIST: &str = "/quan-tri/phieu";

/// The newest version of each.
pub async fn list(admin: Admin) -> HttpResponse {
    let rows = admin.catalogue.surveys().into_iter().map(|q| {
        let title = q.definition.title.get(admin.language());
        vec![
            Cell::text(title),
            Cell::text(q.slug.to_string()),
            Cell::text(q.definition.version.to_string()),
            if q.open { Cell::text(admin.t("admin.surveys.is_open")) } else { Cell::tag(admin.t("admin.surveys.is_closed")) },
            Cell::act(admin.t(if q.open { "admin.surveys.close_link" } else { "admin.surveys.open_link" }), title, format!("{LIST}/{}", q.slug)),
        ]
    });
    admin.list(ListPage::new("surveys", &["survey", "code", "version", "state", "act"], rows))
}

fn held<'a>(admin: &'a Admin, slug: &str) -> Result<&'a Questionnaire, Problem> {
    slug.parse().ok().and_then(|s: Slug| admin.catalogue.questionnaire(&s)).map(AsRef::as_ref).ok_or_else(|| Code::NotFound.into())
}

fn layout(form: &mut Form<'_>, admin: &Admin, survey: &Questionnaire) {
    let title = survey.definition.title.get(admin.language());
    if survey.open {
        form.head("surveys", "close", title, LIST);
        form.ends("admin.surveys.close_lead", "admin.surveys.close_button");
    } else {
        form.head("surveys", "open", title, LIST);
        form.asks("admin.surveys.open_lead", "admin.surveys.open_button");
    }
    form.hidden("open", if survey.open { "" } else { "1" });
}

/// Asks before a survey opens or closes.
pub async fn asking(admin: Admin, slug: Path<String>) -> HttpResponse {
    match held(&admin, &slug) {
        Ok(survey) => admin.form(&Fields::default(), |f| layout(f, &admin, survey)),
        Err(problem) => admin.problem(&problem),
    }
}

/// Opens or closes a survey, as the form that was shown says.
pub async fn switch(admin: Admin, slug: Path<String>, sent: Sent) -> HttpResponse {
    let sent = Fields(sent.into_inner());
    let survey = match held(&admin, &slug) {
        Ok(survey) => survey,
        Err(problem) => return admin.problem(&problem),
    };
    let (slug, open) = (survey.slug.clone(), sent.has("open", "1"));
    let outcome = admin.write(&sent, move |tx, me| catalogue::open_survey(tx, me, &slug, open)).await;
    admin.answer(outcome.map(|()| done(LIST)), &sent, |f| layout(f, &admin, survey))
}
