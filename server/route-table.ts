/** Every address of the server and what it does; `docs/surface.md` is made from it, and a test compares it with the routes. */
export const routeTable: readonly { readonly route: string; readonly does: string }[] = [
  { route: 'GET /', does: 'the library page; `?token=` is kept as a cookie' },
  { route: 'GET /compare/:id', does: 'the compare page of a video' },
  { route: 'GET /what-if/:id', does: 'the what-if page of a video: a map of who wins on which network' },
  { route: 'GET /lab', does: 'the lab page: what-if, guided experiments, scenarios, commands, recorded runs' },
  {
    route: 'GET /lab/guided/:name',
    does: 'the page of a guided experiment: explained, run at one click, its claims held',
  },
  { route: 'GET /realtime', does: 'the realtime page: ways to bring events to a browser, measured' },
  { route: 'GET /runs/:id', does: 'the page of a run: its report' },
  { route: 'GET /api/health', does: '`{"status":"ok","version":…}`; 503 while shutting down' },
  { route: 'GET /api/videos', does: 'all videos, oldest first' },
  {
    route: 'POST /api/videos',
    does: 'a whole file: multipart field `file`, or the raw body with `?title=`; 201 with the video',
  },
  { route: 'GET /api/videos/:id', does: 'one video' },
  {
    route: 'POST /api/videos/:id/signed-urls',
    does: 'signed addresses of a video or channel, with `hlsSecret`; `{"expiresInSeconds":…}` (1 s to 30 days; 3600)',
  },
  { route: 'GET /api/videos/:id/source', does: 'the file as it was uploaded; ranges' },
  { route: 'GET /link/:linkId/api/videos/:id/source', does: 'the same through that link, over modelled TCP' },
  { route: 'GET /api/videos/:id/package', does: 'the package of a ready video as a ZIP archive' },
  { route: 'PATCH /api/videos/:id', does: '`{"title":…}` renames it' },
  { route: 'DELETE /api/videos/:id', does: 'hides it at once, cancels its job, removes it after 10 s; 204' },
  { route: 'POST /api/videos/:id/restore', does: 'takes a removal back within the 10 s' },
  { route: 'POST /api/videos/:id/retry', does: 'segments a failed video again' },
  { route: 'GET /api/channels', does: 'the live channels, and those that ended in the last minute' },
  {
    route: 'POST /api/channels',
    does: '`{"loop":video}`, or `{"ingest":"ts"|"hls"|"rtsp"|"whip"}` with an address to send to; `title`, `dvrSeconds` (6 to 600; 30), `record`; 201 with the channel',
  },
  { route: 'GET /api/channels/:id', does: 'one channel, with the address and the key of its ingest' },
  {
    route: 'GET /api/channels/:id/pictures',
    does: '`?way=rtp|live|low-latency&afterTicks=`: when its newest pictures were captured, and since when each can be had that way',
  },
  { route: 'DELETE /api/channels/:id', does: 'ends it; a recorded one becomes a video; 204' },
  {
    route: 'PUT /api/channels/:id/ingest/:key/:file',
    does: 'what is sent to a channel: one MPEG transport stream as it comes, or the files of `ffmpeg -f hls -method PUT`',
  },
  { route: 'DELETE /api/channels/:id/ingest/:key/:file', does: 'nothing, for senders that clean up; 204' },
  { route: 'OPTIONS /api/channels/:id/whip', does: 'tells that it takes `application/sdp`' },
  {
    route: 'POST /api/channels/:id/whip',
    does: 'publishing by WHIP (RFC 9725): an SDP offer of H.264 and Opus, with the key of the channel as bearer token; 201 with the answer',
  },
  {
    route: 'DELETE /api/channels/:id/whip/:publisher',
    does: 'the address that `Location` told: ends it and its channel; 200',
  },
  { route: 'POST /api/uploads', does: 'a resumable upload, tus 1.0.0; its id is the id of the video' },
  {
    route: 'OPTIONS /api/uploads',
    does: 'what of tus is spoken: creation, creation-with-upload, termination, expiration',
  },
  { route: 'HEAD /api/uploads/:id', does: 'how many bytes have come' },
  { route: 'PATCH /api/uploads/:id', does: 'more bytes; with the last one the upload becomes a video' },
  { route: 'DELETE /api/uploads/:id', does: 'gives an unfinished upload up' },
  { route: 'GET /api/link-presets', does: 'the named link profiles' },
  { route: 'POST /api/links', does: '`{"preset":…}` or `{"profile":…}`; 201 with the link' },
  { route: 'GET /api/links/:id', does: 'its profile, link time and counters, of each lane and of each open flow' },
  { route: 'WebSocket /api/links/:id/ws', does: 'the same once a second, until the link has gone' },
  {
    route: 'PATCH /api/links/:id',
    does: 'changes of the profile as a JSON merge patch (RFC 7396), at the next packet',
  },
  { route: 'DELETE /api/links/:id', does: 'removes the link; 204' },
  { route: 'POST /api/links/:id/restart', does: 'link time 0 again: the same seed from its beginning' },
  {
    route: 'GET /api/links/:id/viewers',
    does: 'foreign players as the server sees them: HLS requests with CMCD (CTA-5004), RTSP sessions with their RTCP; what the server spends',
  },
  {
    route: 'GET /api/links/:id/record.jsonl',
    does: 'what becomes of every packet from now on, as JSON lines (`weir-record`), until the link is begun anew or removed; `events-left-out` where the reader was too slow',
  },
  {
    route: 'WebSocket /api/links/:id/record/ws',
    does: 'the same in text frames of JSON lines, ten a second; goes on when the link is begun anew',
  },
  {
    route: 'POST /api/udp-sessions',
    does: '`?video=&variant=&link=&startSeconds=&repair=&lane=` with an SDP offer: RTP in data channels; 201 with the SDP answer. `repair=rtx`: lost packets may be asked for again (RFC 4588); `repair=fec`: eight packets are followed by one of parity (RFC 5109); `lane=own`: on a copy of the link that nobody else is on',
  },
  {
    route: 'POST /api/videos/:id/whep',
    does: 'WebRTC media by WHEP: `?variant=&link=&startSeconds=&nack=` (on or off; on) with an SDP offer to receive H.264 and Opus; 201 with the SDP answer, `Location` is the UDP session',
  },
  { route: 'POST /api/channels/:id/whep', does: 'the same of a live channel, its pictures alone' },
  { route: 'PATCH /api/udp-sessions/:id', does: '405: there is no trickle ICE; all candidates are in the answer' },
  { route: 'GET /api/udp-sessions/:id', does: 'the truth about its packets: offered, dropped where' },
  { route: 'DELETE /api/udp-sessions/:id', does: 'ends it; 204' },
  {
    route: 'GET /api/relay',
    does: 'the RTSP sessions, and how the RTP packets of all left: dropped, in bursts, how late',
  },
  { route: 'WebSocket /api/udp-sessions/ws', does: 'the same packets and messages over a WebSocket' },
  {
    route: 'POST /api/runs',
    does: '`{"video":…,"link":…,"scenario":{…}}` begins to record a run; 201 with it and `serverUnixMs`, the server’s clock',
  },
  { route: 'GET /api/runs', does: 'the newest 50 runs, newest first' },
  {
    route: 'GET /api/runs/:id',
    does: 'one run: what was run (`head`), its state, the `measures` of both sides',
  },
  { route: 'POST /api/runs/:id/events', does: 'what its viewers saw, as JSON lines (`stream/record.ts`); all or none' },
  {
    route: 'WebSocket /api/runs/:id/events/ws',
    does: 'the same in text frames of JSON lines, each answered by `{"serverUnixMs":…}`; closed with 1008 and the code of what is refused',
  },
  {
    route: 'POST /api/runs/:id/end',
    does: 'the last events, and the end; so do 10 s without any, and the end of the link',
  },
  { route: 'GET /api/runs/:id/record.jsonl', does: 'everything that the run told, as JSON lines (`weir-record`)' },
  {
    route: 'GET /api/runs/:id/capture.pcapng',
    does: 'its RTP and RTCP as they left and as they arrived, for Wireshark: interface 0 is the server’s end of the link, 1 the viewer’s',
  },
  { route: 'GET /api/runs/:id/results.csv', does: 'its measures, a row for each of each side' },
  {
    route: 'GET /api/runs/:id/report.html',
    does: 'the run as one page that needs nothing else: measures, charts, parameters, versions',
  },
  {
    route: 'POST /api/runs/:id/quality',
    does: 'begins to measure the displayed quality (SSIM) of a run that has ended; 202 with its state',
  },
  {
    route: 'GET /api/runs/:id/quality',
    does: 'its `state`, `progressRatio`, and of each side the SSIM once it is `measured`',
  },
  { route: 'DELETE /api/runs/:id/quality', does: 'gives an unfinished measurement up; 204' },
  { route: 'DELETE /api/runs/:id', does: 'removes a run; 204' },
  {
    route: 'GET /api/events',
    does: 'the same as `/api/events/ws` for who has none: `?since=N` answers at once, `&wait=25` as soon as there is something (both `{"sequence":…,"events":[…]}`), `Accept: text/event-stream` goes on',
  },
  {
    route: 'GET /link/:linkId/api/events',
    does: 'the same through that link, over modelled TCP; `WebSocket /link/:linkId/api/events/ws` too',
  },
  {
    route: 'POST /api/realtime',
    does: '`{"eventsPerSecond":10,"eventBytes":200,"seed":7}`, with a `preset` or a `profile` of a link: a stream of numbered events by every way of the realtime page, each on a port of its own; 201 with it',
  },
  { route: 'GET /api/realtime/:id', does: 'what each way has cost and carried, counted at its sockets' },
  { route: 'WebSocket /api/realtime/:id/ws', does: 'the same twice a second; the run ends 15 s after the last one' },
  { route: 'PATCH /api/realtime/:id', does: '`eventsPerSecond` (0 is silence), `eventBytes`; at the next event' },
  { route: 'DELETE /api/realtime/:id', does: 'ends it; 204' },
  {
    route: 'POST /api/realtime/:id/away',
    does: '`{"seconds":5}`: no port listens and no connection stays for so long, while events go on happening; 204',
  },
  {
    route: 'POST /api/realtime/:id/messages',
    does: '`{"way":"tcp"|"udp","id":…,"text":…}` goes up by the server’s own client of a socket that no browser can open; 204',
  },
  {
    route: 'POST /api/realtime/:id/data-channel',
    does: 'an SDP offer of the channels `events` (unordered, never retransmitted) and `control`; 201 with the SDP answer',
  },
  {
    route: 'WebSocket /api/opened-sockets/:id/ws',
    does: 'a WebSocket laid open, under an id of the client’s own choice: sends back what it gets, pings every 5 s',
  },
  {
    route: 'GET /api/opened-sockets/:id',
    does: 'what passed it, byte by byte: handshake, frames, end; `?since=N&wait=25` as of `/api/events`',
  },
  { route: 'GET /api/origins', does: 'the extra ports on which the ways of realtime runs listen' },
  {
    route: 'WebSocket /api/events/ws',
    does: 'each change of the library and of the links as a JSON text frame with its `sequence`; `?since=N` goes on after N, `?since=now` begins with that number',
  },
  {
    route: 'GET /api/rtsp-sessions',
    does: 'the viewers of RTSP: place, packets, round trip, loss and jitter by their own reports, what was sent again',
  },
  {
    route: 'GET /api/hls-sessions',
    does: 'the players of HLS that tell of themselves by CMCD (CTA-5004): requests, bytes, starved ones, the newest of each key',
  },
  { route: 'GET /metrics', does: 'links, packets, timer lag, HTTP, sessions and process, for Prometheus' },
  { route: 'GET /hls/:id/master.m3u8', does: 'the multivariant playlist' },
  { route: 'GET /hls/:id/:variant/index.m3u8', does: 'a media playlist' },
  { route: 'GET /hls/:id/:variant/:segment.ts', does: 'a media segment' },
  { route: 'GET /hls/:id/:variant/outline.json', does: 'every frame of the variant: times, sizes, kind' },
  { route: 'GET /hls/:id/low-latency.m3u8', does: 'of a channel: the multivariant playlist of its rendition in parts' },
  {
    route: 'GET /hls/:id/low-latency/index.m3u8',
    does: 'Low-Latency HLS: `_HLS_msn`, `_HLS_part`, `_HLS_skip`; held until it has what is asked for',
  },
  {
    route: 'GET /hls/:id/low-latency/:part.m4s',
    does: 'a segment, or a part of 200 ms; the hinted one is held until it is there',
  },
  { route: 'GET /hls/:id/low-latency/init.mp4', does: 'the initialisation section' },
  { route: 'GET /hls/:id/:variant/iframes.m3u8', does: 'the keyframes alone, as ranges of the segments' },
  {
    route: 'GET /hls/:id/master-fmp4.m3u8',
    does: 'where `segments: fmp4` made it: the same as fragmented MP4 (`:variant/fmp4.m3u8`, `init.mp4`, `:segment.m4s`)',
  },
  {
    route: 'GET /hls/:id/master-single.m3u8',
    does: 'where `singleFiles` made it: the same as byte ranges of one file a variant (`:variant/index-single.m3u8`, `iframes-single.m3u8`, `single.ts`)',
  },
  {
    route: 'GET /hls/:id/master-fmp4-single.m3u8',
    does: 'where both are so: the same of fragmented MP4 (`:variant/fmp4-single.m3u8`, `single.mp4`)',
  },
  { route: 'GET /hls/:id/poster.jpg', does: 'a picture of the video' },
  { route: 'GET /hls/:id/thumbnails.vtt', does: 'which part of `thumbnails.jpg` shows which moment' },
  {
    route: 'GET /hls/~:token/:id/:variant/:key.key',
    does: 'with `encryptHls`: the 16 bytes of an AES-128 key, by a signed address alone, never kept by anybody',
  },
  {
    route: 'GET /hls/~:token/:id/…',
    does: 'the same files by a signed address; with `signedUrls: demanded` by no other',
  },
  {
    route: 'GET /link/:linkId/hls/:id/…',
    does: 'the same package through that link over modelled TCP, never kept by anybody',
  },
]
