# The program with Tesseract and its Vietnamese, run by a user without rights; everything it keeps is under /data. /keys and
# /objects are empty: docker-compose.yml mounts volumes there, and a new volume takes its owner from the folder below it.
#
#   docker build -t sohoa --build-arg VERSION="$(git describe --tags --always)" .
#   docker run -p 127.0.0.1:8080:8080 -v sohoa-data:/data sohoa

FROM golang:1.26-bookworm AS build
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG COMMIT=unknown
ARG DATE=unknown
RUN go build -trimpath -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT} -X main.date=${DATE}" -o /out/sohoa ./cmd/sohoa
# Whoever hands the image on hands on the licences of what is in it.
RUN cd tools && go run ./licenses -C .. -texts ./cmd/sohoa > /out/LICENSES.txt

FROM debian:bookworm-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates tesseract-ocr tesseract-ocr-vie tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 sohoa \
    && useradd --system --uid 10001 --gid sohoa --home-dir /data --no-create-home --shell /usr/sbin/nologin sohoa \
    && install -d -o sohoa -g sohoa -m 0700 /data /keys /objects
COPY --from=build /out/sohoa /usr/local/bin/sohoa
COPY --from=build /out/LICENSES.txt /usr/share/doc/sohoa/LICENSES.txt
# The build stops here if the program does not start or Tesseract has no Vietnamese.
RUN sohoa version && tesseract --list-langs | grep -qx vie

USER 10001:10001
WORKDIR /data
ENV SOHOA_DATA=/data SOHOA_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
# The image carries no HTTP client, so bash asks over its own socket. Behind --tls-cert replace the check by one that speaks TLS.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
# serve finishes or hands back what is under way when it is asked to stop.
STOPSIGNAL SIGTERM
ENTRYPOINT ["sohoa"]
CMD ["serve"]
