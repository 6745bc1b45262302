//! Pages from Handlebars templates. Every value is escaped; the words come
//! from `i18n` through the helper `t`.

use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::error::Problem;
use crate::domain::words::Language;
use crate::embedded::{Assets, Templates};
use crate::i18n;

/// Where assets are served, with a hash in each name.
pub const ASSETS: &str = "/tai-nguyen";

/// The templates, parsed once.
pub struct Pages {
    handlebars: Handlebars<'static>,
}

/// What every page knows beside its own content.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The page's language.
    pub lang: Language,
    /// This address without its language, and whether it has a query, for the language switch.
    pub here: String,
    /// The token of this browser's forms.
    pub form_token: String,
    /// Who is signed in, if anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerFrame>,
}

/// Who is signed in, as the frame shows it.
#[derive(Debug, Clone, Serialize)]
pub struct OfficerFrame {
    /// Their name.
    pub name: String,
    /// Their office's name.
    pub office: String,
    /// Has a desk.
    pub desk: bool,
    /// They oversee others.
    pub oversees: bool,
    /// May administer.
    pub admin: bool,
    /// Decides on people's rights over their data.
    pub rights: bool,
}

#[derive(Serialize)]
struct Whole<'a, T> {
    frame: &'a Frame,
    #[serde(flatten)]
    page: &'a T,
}

impl Pages {
    /// Parses every template that the binary carries.
    pub fn new() -> Result<Self, Problem> {
        let mut handlebars = Handlebars::new();
        handlebars.set_prevent_indent(true);
        for path in Templates::iter() {
            let Some(name) = path.strip_suffix(".hbs") else { continue };
            let file = Templates::get(&path).ok_or_else(|| Problem::Internal(format!("templates/{path}")))?;
            let text = String::from_utf8(file.data.into_owned()).map_err(|e| Problem::Internal(format!("templates/{path}: {e}")))?;
            handlebars.register_template_string(name, text).map_err(|e| Problem::Internal(format!("templates/{path}: {e}")))?;
        }
        handlebars.register_helper("t", Box::new(words));
        handlebars.register_helper("asset", Box::new(asset));
        handlebars.register_helper("num", Box::new(number));
        handlebars.register_helper("day", Box::new(day));
        handlebars.register_helper("long_day", Box::new(long_day));
        handlebars.register_helper("eq", Box::new(Equal));
        handlebars.register_helper("mark", Box::new(mark));
        handlebars.register_helper("fault", Box::new(fault));
        Ok(Self { handlebars })
    }

    /// Renders a page.
    pub fn render<T: Serialize>(&self, template: &str, frame: &Frame, page: &T) -> Result<String, Problem> {
        self.handlebars.render(template, &Whole { frame, page }).map_err(|e| Problem::Internal(format!("templates/{template}: {e}")))
    }
}

fn language(context: &Context) -> Language {
    let word = context.data().get("frame").and_then(|f| f.get("lang")).or_else(|| context.data().get("lang"));
    word.and_then(|w| w.as_str()).and_then(|w| w.parse().ok()).unwrap_or(Language::Vi)
}

/// `{{t "key" name=value}}`; `{{t "prefix." word}}` joins its parts to one key. `lang=` asks for another language.
fn words(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let key: String = h.params().iter().map(|p| plain(p.value())).collect();
    let asked = h.hash().get("lang").and_then(|v| v.value().as_str()).and_then(|w| w.parse().ok());
    // A place that is filled from nowhere is a fault of the template. Tests run with this check; people are not made to suffer for it.
    if cfg!(debug_assertions)
        && let Some((name, _)) = h.hash().iter().find(|(_, value)| value.is_value_missing())
    {
        return Err(RenderErrorReason::Other(format!("{key}: nothing to fill {name} from")).into());
    }
    let args: Vec<(&str, String)> = h.hash().iter().map(|(name, value)| (*name, plain(value.value()))).collect();
    let sentence = i18n::tr(asked.unwrap_or_else(|| language(context)), &key, &args);
    out.write(&handlebars::html_escape(&sentence))?;
    Ok(())
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `{{asset "site.css"}}`: the address with the content's hash.
fn asset(h: &Helper<'_>, _: &Handlebars<'_>, _: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let name = h.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
    let address = asset_address(name).ok_or_else(|| RenderErrorReason::Other(format!("assets/{name} is not in the binary")))?;
    out.write(&address)?;
    Ok(())
}

/// The address of an asset: `/tai-nguyen/0f3a…/site.css`.
pub fn asset_address(name: &str) -> Option<String> {
    let file = Assets::get(name)?;
    let hash: String = Sha256::digest(&file.data).iter().take(6).map(|b| format!("{b:02x}")).collect();
    Some(format!("{ASSETS}/{hash}/{name}"))
}

fn number(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let n = h.param(0).and_then(|p| p.value().as_u64()).unwrap_or(0);
    out.write(&i18n::number(language(context), n))?;
    Ok(())
}

fn day(h: &Helper<'_>, _: &Handlebars<'_>, _: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    time_element(h, out, i18n::date)
}

fn long_day(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let language = language(context);
    time_element(h, out, |d| i18n::long_date(language, d))
}

fn time_element(h: &Helper<'_>, out: &mut dyn Output, write: impl Fn(crate::domain::time::Day) -> String) -> HelperResult {
    if let Some(day) = h.param(0).and_then(|p| p.value().as_str()).and_then(|d| d.parse().ok()) {
        out.write(&format!("<time datetime=\"{day}\">{}</time>", handlebars::html_escape(&write(day))))?;
    }
    Ok(())
}

/// The first fault of the page at a control, as `FaultLine` has it, and whether it is the first of all.
fn fault_at<'a>(context: &'a Context, id: &str) -> Option<(&'a str, bool)> {
    let faults = context.data().get("faults")?.as_array()?;
    let text = |f: &'a serde_json::Value, name: &str| f.get(name).and_then(|v| v.as_str());
    let n = faults.iter().position(|f| text(f, "anchor") == Some(id))?;
    Some((faults.get(n).and_then(|f| text(f, "message")).unwrap_or_default(), n == 0))
}

/// `{{mark "id" hint="hint-id"}}`: what describes a control, and that it is faulty; the first faulty one of the page has the focus.
fn mark(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let id = h.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
    let hint = h.hash_get("hint").and_then(|p| p.value().as_str());
    match (fault_at(context, id), hint) {
        (Some((_, first)), hint) => {
            let described = hint.map(|h| format!("{h} ")).unwrap_or_default();
            let focus = if first { " autofocus" } else { "" };
            out.write(&format!(" aria-invalid=\"true\" aria-describedby=\"{described}{id}-e\"{focus}"))?;
        }
        (None, Some(hint)) => out.write(&format!(" aria-describedby=\"{hint}\""))?,
        (None, None) => {}
    }
    Ok(())
}

/// `{{fault "id"}}`: the sentence of the fault at a control, to stand above it.
fn fault(h: &Helper<'_>, _: &Handlebars<'_>, context: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let id = h.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
    if let Some((message, _)) = fault_at(context, id) {
        let mend = i18n::t(language(context), "common.mend");
        out.write(&format!("<span class=\"err\" id=\"{id}-e\">{} {}</span>", handlebars::html_escape(&mend), handlebars::html_escape(message)))?;
    }
    Ok(())
}

/// `{{#if (eq a b)}}`.
#[derive(Clone, Copy)]
struct Equal;

impl handlebars::HelperDef for Equal {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<handlebars::ScopedJson<'rc>, handlebars::RenderError> {
        let same = match (h.param(0), h.param(1)) {
            (Some(a), Some(b)) => a.value() == b.value(),
            _ => false,
        };
        Ok(handlebars::ScopedJson::Derived(serde_json::Value::Bool(same)))
    }
}
