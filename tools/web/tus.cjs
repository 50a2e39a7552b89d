// Sends one file with the public tus-js-client, as told by a JSON object on standard input, and prints what became of it as JSON.
//
//   endpoint, token      where to, and as whom
//   url                  go on with this upload instead of beginning one
//   file                 path
//   metadata             object
//   chunk                bytes of one request; absent: all that is left
//   first                true: the first piece goes with the creation
//   retries              how often in a row; absent: 200
//   stop                 "abort" or "terminate" after so many bytes (stopAt) were acknowledged
const fs = require("node:fs");
const tus = require("tus-js-client");

const told = JSON.parse(fs.readFileSync(0, "utf8"));
const result = { url: null, offset: 0, requests: 0, retries: 0, location: null, status: 0, problem: null, error: null, outcome: "" };
const end = (outcome) => {
  result.outcome = outcome;
  result.url = upload.url;
  console.log(JSON.stringify(result));
  process.exit(0);
};

const upload = new tus.Upload(fs.createReadStream(told.file), {
  endpoint: told.endpoint,
  uploadUrl: told.url,
  chunkSize: told.chunk ?? Infinity,
  uploadSize: fs.statSync(told.file).size,
  uploadDataDuringCreation: told.first ?? false,
  metadata: told.metadata ?? {},
  headers: { Authorization: "Bearer " + told.token, "Accept-Language": "en" },
  retryDelays: Array(told.retries ?? 200).fill(50),
  onBeforeRequest() { result.requests++; },
  onAfterResponse(_, res) { result.location = res.getHeader("Content-Location") ?? result.location; },
  onShouldRetry(err) {
    const status = err.originalResponse?.getStatus() ?? 0;
    const again = status === 0 || status === 409 || status === 423 || status >= 500;
    if (again) result.retries++;
    return again;
  },
  onChunkComplete(_, accepted) {
    result.offset = accepted;
    if (told.stop && accepted >= told.stopAt) upload.abort(told.stop === "terminate").then(() => end(told.stop), (err) => { result.error = String(err); end("failed"); });
  },
  onSuccess() { end("success"); },
  onError(err) {
    result.error = err.message;
    result.status = err.originalResponse?.getStatus() ?? 0;
    try { result.problem = JSON.parse(err.originalResponse?.getBody() ?? "null"); } catch { result.problem = null; }
    end("failed");
  },
});
upload.start();
