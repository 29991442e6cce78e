# syntax=docker/dockerfile:1

# Everything, to build the two parts.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

# What runs: no compiler, no test tools. Optional packages stay (node-datachannel, koffi), npm's ffmpeg and ffprobe
# go, since Debian's are newer.
FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@ffmpeg-installer node_modules/@ffprobe-installer node_modules/ffmpeg-static

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# What `weir lab validate kernel` reads; it also needs python3 and iproute2, and says so without them.
COPY lab/kernel lab/kernel
COPY bench/reference bench/reference
COPY package.json LICENSE ./
RUN mkdir media && chown node:node media
USER node
VOLUME /app/media

# Page and API; RTSP; RTP and RTCP.
EXPOSE 8080 8554 8000/udp 8001/udp
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/api/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Beyond loopback, writing needs a token: give one (-e WEIR_TOKEN=…), or read the one that the start prints.
# RTSP players need the UDP ports published under the same numbers:
#   docker run -p 8080:8080 -p 8554:8554 -p 8000-8001:8000-8001/udp -v weir-media:/app/media weir
# A configuration is mounted as /app/weir.yaml. Multicast does not leave Docker's own network: it needs --network host.
ENTRYPOINT ["node", "dist/weir.js"]
CMD ["serve", "--host", "0.0.0.0"]
