# The three commands in an image without a shell: docker build -t keyturn .
# The state directory is a volume: docker run -v keyturn-state:/var/lib/keyturn …

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm pack --ignore-scripts && mkdir -p /out/app /out/state \
  && tar -xzf keyturn-*.tgz --strip-components=1 -C /out/app

FROM gcr.io/distroless/nodejs24-debian12:nonroot
COPY --from=build /out/app /app
COPY --from=build --chown=65532:65532 /out/state /var/lib/keyturn
ENV KEYTURN_STATE_DIR=/var/lib/keyturn/state
USER 65532:65532
VOLUME /var/lib/keyturn
# Another command: docker run --entrypoint /nodejs/bin/node keyturn /app/bin/keyturn.cjs status
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/rotate-iam-keys.cjs"]
