//! The program: parses the command line, calls `cli`.

/// Every submission makes and drops some hundred small values; the system's allocator took a fourth of the intake's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hoidap::cli::run()
}
