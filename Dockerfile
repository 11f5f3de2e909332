# The program as a static binary, with git beside it for jobs that clone repositories.
FROM rust:1.95-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends musl-tools && rm -rf /var/lib/apt/lists/*
RUN rustup target add x86_64-unknown-linux-musl
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package streamguard --target x86_64-unknown-linux-musl

FROM alpine:3.22
RUN apk add --no-cache ca-certificates git && adduser -D -u 10001 streamguard
COPY --from=build /src/target/x86_64-unknown-linux-musl/release/streamguard /usr/local/bin/streamguard
USER 10001
WORKDIR /data
ENTRYPOINT ["streamguard"]
