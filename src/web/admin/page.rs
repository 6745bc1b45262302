//! The two pages that administration is made of, a list and a form, as data
//! for `admin/list` and `admin/form`. Labels come from `admin.label.<name>`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::gate::Admin;
use crate::domain::time::Day;
use crate::domain::words::Language;
use crate::i18n;
use crate::web::form::{FaultLine, Faults, Fields};
use crate::web::view;

/// A cell of a list.
#[derive(Debug, Default, Serialize)]
pub struct Cell {
    text: String,
    href: Option<String>,
    /// What the link is about, for those who hear it alone.
    about: Option<String>,
    /// Its language, where its letters say it: names are in Vietnamese on a page in any language.
    about_lang: Option<Language>,
    tag: bool,
    lang: Option<&'static str>,
    label: String,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::text(text) }
    }

    /// Words in Vietnamese, whatever the page's language.
    pub fn vietnamese(mut self) -> Self {
        self.lang = Some("vi");
        self
    }

    /// A state that stands out.
    pub fn tag(text: impl Into<String>) -> Self {
        Self { tag: true, ..Self::text(text) }
    }

    /// A link whose words alone don't say what it is about.
    pub fn act(text: impl Into<String>, about: impl Into<String>, href: impl Into<String>) -> Self {
        let about = about.into();
        let about_lang = Some(view::language_of(&about, Language::En)).filter(|l| *l != Language::En);
        Self { about: Some(about), about_lang, ..Self::link(text, href) }
    }

    /// The way to end a dated row; nothing where it has ended.
    pub fn end(admin: &Admin, to: Option<Day>, about: impl Into<String>, href: impl Into<String>) -> Self {
        if to.is_some_and(|last| last < admin.today) { Self::text("") } else { Self::act(admin.t("admin.end"), about, href) }
    }

    /// Since when, or until when, a dated row holds.
    pub fn term(admin: &Admin, from: Day, to: Option<Day>) -> Self {
        let say = |key: &str, day: Day| i18n::tr(admin.language(), key, &[("day", i18n::date(day))]);
        match to {
            Some(last) if last < admin.today => Self::tag(say("admin.state.ended", last)),
            Some(last) if from > admin.today => Self::text(format!("{}, {}", say("admin.state.since", from), say("admin.state.until", last).to_lowercase())),
            Some(last) => Self::text(say("admin.state.until", last)),
            None => Self::text(say("admin.state.since", from)),
        }
    }
}

/// A list of the administration.
pub struct ListPage {
    part: &'static str,
    /// Its place in the menu.
    at: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    add: Option<String>,
    beside: Vec<(&'static str, String)>,
    notice: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ListView {
    title: String,
    at: &'static str,
    about: String,
    caption: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    add: Option<String>,
    add_text: String,
    beside: Vec<(String, String)>,
    notice: Option<String>,
}

impl ListPage {
    /// A list whose words are below `admin.<part>`. The first cell names its row.
    pub fn new(part: &'static str, columns: &[&'static str], rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        Self { part, at: part, columns: columns.to_vec(), rows: rows.into_iter().collect(), add: None, beside: Vec::new(), notice: None }
    }

    /// Says where to add a row.
    pub fn adds(mut self, address: String) -> Self {
        self.add = Some(address);
        self
    }

    /// A list that belongs to another part of the menu.
    pub fn within(mut self, part: &'static str) -> Self {
        self.at = part;
        self
    }

    /// A page beside the list: the key of its words, and its address.
    pub fn beside(mut self, words: &'static str, address: String) -> Self {
        self.beside.push((words, address));
        self
    }

    /// Says more than "it is done" after a form.
    pub fn notice(mut self, notice: Option<String>) -> Self {
        self.notice = notice;
        self
    }

    pub(super) fn view(self, admin: &Admin) -> ListView {
        let columns: Vec<String> = self.columns.iter().map(|c| admin.t(&format!("admin.column.{c}"))).collect();
        let count = u64::try_from(self.rows.len()).unwrap_or(0);
        let rows = self.rows.into_iter().map(|row| row.into_iter().zip(&columns).map(|(cell, label)| Cell { label: label.clone(), ..cell }).collect());
        let done = admin.asked.has("xong", "1").then(|| self.notice.unwrap_or_else(|| admin.t("admin.done")));
        ListView {
            title: admin.t(&format!("admin.{}.title", self.part)),
            at: self.at,
            about: admin.t(&format!("admin.{}.about", self.part)),
            caption: i18n::tr(admin.language(), "admin.rows", &[("n", i18n::number(admin.language(), count))]),
            rows: rows.collect(),
            columns,
            add_text: if self.add.is_some() { admin.t(&format!("admin.{}.add", self.part)) } else { String::new() },
            add: self.add,
            beside: self.beside.into_iter().map(|(words, address)| (admin.t(words), address)).collect(),
            notice: done,
        }
    }
}

/// A form while it is laid out: each field takes its value and its fault by its name.
pub struct Form<'a> {
    admin: &'a Admin,
    fields: &'a Fields,
    faults: &'a Faults,
    page: FormPage,
}

/// A form as the template shows it.
#[derive(Serialize)]
pub struct FormPage {
    title: String,
    at: &'static str,
    lead: Option<String>,
    action: String,
    button: String,
    /// It ends or closes something.
    stop: bool,
    back: String,
    fields: Vec<FieldView>,
    faults: Vec<FaultLine>,
}

/// A field of a form.
#[derive(Serialize)]
pub struct FieldView {
    name: String,
    label: String,
    /// `text`, `date`, `number`, `password`, `email`, `hidden`, `select`, `checks`.
    kind: &'static str,
    value: String,
    options: Vec<Choice>,
    hint: Option<String>,
    error: Option<String>,
    focus: bool,
}

/// A choice of a `select` or of `checks`.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    text: String,
    chosen: bool,
    first: bool,
}

impl<'a> Form<'a> {
    pub(super) fn new(admin: &'a Admin, fields: &'a Fields, faults: &'a Faults) -> Self {
        let page = FormPage {
            title: String::new(),
            at: "home",
            lead: None,
            action: admin.path.clone(),
            button: admin.t("admin.save"),
            stop: false,
            back: "/quan-tri".to_owned(),
            fields: Vec::new(),
            faults: Vec::new(),
        };
        Self { admin, fields, faults, page }
    }

    /// Whose form it is: the words are below `admin.<part>`; `verb` is `add`,
    /// `edit`, `end`; `what` names the row.
    pub fn head(&mut self, part: &'static str, verb: &str, what: &str, back: &str) {
        self.page.title = i18n::tr(self.admin.language(), &format!("admin.{part}.{verb}"), &[("what", what.to_owned())]);
        self.page.at = part;
        back.clone_into(&mut self.page.back);
    }

    /// A form that ends something: says what follows, and its button stands out.
    pub fn ends(&mut self, lead: &str, button: &str) {
        self.asks(lead, button);
        self.page.stop = true;
    }

    /// A form that asks before it does something.
    pub fn asks(&mut self, lead: &str, button: &str) {
        self.page.lead = Some(self.admin.t(lead));
        self.page.button = self.admin.t(button);
    }

    /// What the form says without asking.
    pub fn hidden(&mut self, name: &str, value: &str) {
        let field = FieldView { value: value.to_owned(), label: String::new(), ..self.field(name, "hidden") };
        self.page.fields.push(field);
    }

    fn field(&self, name: &str, kind: &'static str) -> FieldView {
        let pointer = format!("/{name}");
        FieldView {
            name: name.to_owned(),
            label: self.admin.t(&format!("admin.label.{name}")),
            kind,
            // What was typed as a password is not sent back.
            value: if kind == "password" { String::new() } else { self.fields.get(name).to_owned() },
            options: Vec::new(),
            hint: None,
            error: self.faults.at(&pointer),
            focus: false,
        }
    }

    /// A field for words, a date, a number: whatever an `input` of this type takes.
    pub fn input(&mut self, name: &str, kind: &'static str) {
        let field = self.field(name, kind);
        self.page.fields.push(field);
    }

    /// The same, with a hint from `admin.hint.<name>`.
    pub fn hinted(&mut self, name: &str, kind: &'static str) {
        let hint = Some(self.admin.t(&format!("admin.hint.{name}")));
        let field = FieldView { hint, ..self.field(name, kind) };
        self.page.fields.push(field);
    }

    /// A choice of one. `none` are the words for no choice.
    pub fn select(&mut self, name: &str, none: Option<&str>, options: impl IntoIterator<Item = (String, String)>) {
        let chosen = self.fields.get(name);
        let none = none.map(|key| (String::new(), self.admin.t(key)));
        let options = none.into_iter().chain(options).map(|(value, text)| Choice { chosen: value == chosen, first: false, value, text }).collect();
        let field = FieldView { options, ..self.field(name, "select") };
        self.page.fields.push(field);
    }

    /// Boxes to tick.
    pub fn checks(&mut self, name: &str, options: impl IntoIterator<Item = (String, String)>) {
        let choice = |(i, (value, text)): (usize, (String, String))| Choice { chosen: self.fields.has(name, &value), first: i == 0, value, text };
        let options = options.into_iter().enumerate().map(choice).collect();
        let field = FieldView { options, ..self.field(name, "checks") };
        self.page.fields.push(field);
    }

    /// One box, with its words at `admin.tick.<name>`.
    pub fn tick(&mut self, name: &str) {
        let words = self.admin.t(&format!("admin.tick.{name}"));
        self.checks(name, [("1".to_owned(), words)]);
    }

    /// Names in three languages.
    pub fn names(&mut self, prefix: &str) {
        for language in ["vi", "en", "km"] {
            self.input(&format!("{prefix}_{language}"), "text");
        }
    }

    /// The words of a closed list as choices.
    pub fn words<T: ToString>(&self, list: &[T], prefix: &str) -> Vec<(String, String)> {
        list.iter().map(|w| (w.to_string(), self.admin.t(&format!("{prefix}.{}", w.to_string())))).collect()
    }

    /// Faults come in the order of the page, and the first faulty field has the focus.
    pub(super) fn view(mut self) -> FormPage {
        if let Some(first) = self.page.fields.iter_mut().find(|f| f.error.is_some()) {
            first.focus = true;
        }
        let anchors: Vec<String> = self.page.fields.iter().map(|f| format!("f-{}", f.name)).collect();
        let mut faults = self.faults.lines(|pointer| {
            let anchor = format!("f-{}", pointer.trim_start_matches('/'));
            if anchors.contains(&anchor) { anchor } else { "main".to_owned() }
        });
        faults.sort_by_key(|line| anchors.iter().position(|a| *a == line.anchor));
        self.page.faults = faults;
        self.page
    }
}

/// The fields of a form as its struct. Unknown ones are left out.
pub fn read<T: DeserializeOwned + Default>(fields: &Fields) -> T {
    let map: Map<String, Value> = fields.0.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    serde_json::from_value(Value::Object(map)).unwrap_or_default()
}

/// A form's struct as fields.
pub fn fields<T: Serialize>(form: &T) -> Fields {
    match serde_json::to_value(form) {
        Ok(Value::Object(map)) => Fields(map.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()),
        _ => Fields::default(),
    }
}
