# The slipway command, and where its source is checked.
FROM golang:1.26 AS source
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .

FROM source AS build
RUN CGO_ENABLED=0 go build -trimpath -tags noembedded -ldflags "-s -w" -o /out/ ./cmd/slipway ./cmd/loopback

# It has git, CA certificates and an SSH client.
FROM buildpack-deps:bookworm-scm AS cli
COPY --from=build /out/ /usr/local/bin/
ENTRYPOINT ["slipway"]
