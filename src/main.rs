//! The program: parses the command line, calls `cli`.

fn main() -> std::process::ExitCode {
    hoidap::cli::run()
}
