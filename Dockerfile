# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

FROM --platform=$BUILDPLATFORM golang:1.27 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY *.go ./
COPY api/ api/
COPY controllers/ controllers/
COPY internal/ internal/
COPY operator/ operator/
COPY webhook/ webhook/
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /manager . \
    && mkdir -p /var/lib/imgroup

FROM gcr.io/distroless/static:nonroot
ARG VERSION=dev
LABEL org.opencontainers.image.title="imgroup-operator" \
      org.opencontainers.image.description="Brings the group state of Tencent Cloud Chat into Kubernetes" \
      org.opencontainers.image.source="https://github.com/imgroup-operator/imgroup-operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /manager /manager
# The journal's parent, writable where no volume is mounted over it.
COPY --from=build --chown=65532:65532 /var/lib/imgroup /var/lib/imgroup
USER 65532:65532
EXPOSE 8080 8081 8090 8443
ENTRYPOINT ["/manager"]
