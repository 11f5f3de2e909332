# The program on Debian, with git beside it for jobs that clone repositories.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package streamguard

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home streamguard && install -d -o streamguard /data
COPY --from=build /src/target/release/streamguard /usr/local/bin/streamguard
USER 10001
WORKDIR /data
ENTRYPOINT ["streamguard"]
