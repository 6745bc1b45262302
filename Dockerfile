# The release image: docker build -t hoidap .
# Only what is copied by name goes in; no .env, no database.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY src src
COPY templates templates
COPY locales locales
COPY migrations migrations
COPY assets assets
COPY data data
# Cargo.toml names a test and a bench; they are not built here.
COPY tests tests
COPY benches benches
# TLS towards PostgreSQL is built from source: perl, make and a C compiler are in this image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --features postgres-tls --bin hoidap \
    && cp target/release/hoidap /usr/local/bin/hoidap

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hoidap --shell /usr/sbin/nologin hoidap
COPY --from=build /usr/local/bin/hoidap /usr/local/bin/hoidap
USER hoidap
# With SQLite, mount a volume here.
WORKDIR /var/lib/hoidap
# Inside a container 127.0.0.1 would be reached by nobody.
ENV HOIDAP_LISTEN=0.0.0.0:8080
EXPOSE 8080
# No HEALTHCHECK: nothing in this image speaks HTTP but hoidap itself.
# Let the proxy or the platform ask GET /readyz.
ENTRYPOINT ["hoidap"]
CMD ["serve"]
