//! Pages, asked as a browser asks them.

mod account;
mod audit;
mod before;
mod breach;
mod calendar_file;
mod clocks;
mod counter;
mod deadline_feed;
mod desk;
mod files;
mod forms;
mod improvement;
mod inbox;
mod ladder;
mod limit;
mod outbox;
mod overview;
mod pages;
mod receipt;
mod rights;
mod routing;
mod search;
mod sheet;
mod templates;
mod unavailable;
mod visibility;
