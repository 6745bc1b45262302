mod feedback;
mod redaction;
