// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
//
// An S3 server on loopback that believes nothing: s3rver keeps the objects, and in front of it every signature, of headers and of
// links, is worked out again by AWS's own signer; the hash of every body is compared, and clocks and expiries are checked.
//
//   node s3_server.js DIRECTORY BUCKET ACCESS_KEY SECRET_KEY [SECONDS]      prints its port on a line of its own; SECONDS shift its clock
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const S3rver = require('s3rver');
const { SignatureV4 } = require('@smithy/signature-v4');
const { Sha256 } = require('@aws-crypto/sha256-js');

const [directory, bucket, accessKeyId, secretAccessKey, shift] = process.argv.slice(2);
const now = () => Date.now() + 1000 * Number(shift || 0);
const SKEW = 15 * 60 * 1000;
const LONGEST_LINK = 7 * 86400;

/// s3rver makes the tokens of its pages with DES, which OpenSSL 3 has no more.
for (const name of ['createCipheriv', 'createDecipheriv']) {
  const original = crypto[name];
  crypto[name] = (cipher, key, iv, ...more) =>
    cipher === 'des' ? original('aes-128-cbc', Buffer.concat([key, key]), Buffer.concat([iv, iv])) : original(cipher, key, iv, ...more);
}

class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

function instant(text) {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text || '');
  if (!match) throw new Refusal(403, 'AccessDenied', 'no date');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

async function expected(request, url, { credential, signedHeaders, date, payload, query }) {
  const [key, day, region, service, end] = credential.split('/');
  if (key !== accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  if (service !== 's3' || end !== 'aws4_request' || !date.startsWith(day)) throw new Refusal(400, 'AuthorizationHeaderMalformed', 'scope');
  if (!signedHeaders.includes('host')) throw new Refusal(403, 'AccessDenied', 'host must be signed');
  for (const name of Object.keys(request.headers))
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) throw new Refusal(403, 'AccessDenied', `${name} must be signed`);
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey }, region, service: 's3', sha256: Sha256, uriEscapePath: false, applyChecksum: false,
  });
  const headers = Object.fromEntries(signedHeaders.map(name => [name, (request.headers[name] || '').trim()]));
  const canonical = signer.createCanonicalRequest({ method: request.method, path: url.pathname, query }, headers, payload);
  const scope = `${day}/${region}/s3/aws4_request`;
  return signer.getSignature(date, scope, signer.getSigningKey({ accessKeyId, secretAccessKey }, region, day, 's3'), canonical);
}

function compare(given, wanted) {
  if (given !== wanted) throw new Refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
}

async function checkLink(request, url) {
  const query = Object.fromEntries(url.searchParams);
  const given = query['X-Amz-Signature'];
  delete query['X-Amz-Signature'];
  const date = query['X-Amz-Date'];
  const expires = Number(query['X-Amz-Expires']);
  if (!(expires >= 1 && expires <= LONGEST_LINK)) throw new Refusal(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be less than a week');
  compare(given, await expected(request, url, {
    credential: query['X-Amz-Credential'], signedHeaders: query['X-Amz-SignedHeaders'].split(';'), date, payload: 'UNSIGNED-PAYLOAD', query,
  }));
  if (now() > instant(date) + expires * 1000) throw new Refusal(403, 'AccessDenied', 'Request has expired');
  if (instant(date) > now() + SKEW) throw new Refusal(403, 'AccessDenied', 'Request is not yet valid');
}

async function checkHeaders(request, url, body) {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(request.headers.authorization || '');
  if (!match) throw new Refusal(403, 'AccessDenied', 'Access Denied');
  const date = request.headers['x-amz-date'];
  if (Math.abs(now() - instant(date)) > SKEW)
    throw new Refusal(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
  const payload = request.headers['x-amz-content-sha256'];
  compare(match[3], await expected(request, url, {
    credential: match[1], signedHeaders: match[2].split(';'), date, payload, query: Object.fromEntries(url.searchParams),
  }));
  if (crypto.createHash('sha256').update(body).digest('hex') !== payload)
    throw new Refusal(400, 'XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 header does not match what was computed.');
}

function refuse(response, error) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code || 'InternalError'}</Code><Message>${error.message}</Message></Error>`;
  response.writeHead(error.status || 500, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body), Date: new Date(now()).toUTCString() });
  response.end(body);
}

/// s3rver knows no abort; it keeps the parts of an upload in a directory of the upload's name.
function abortUpload(response, url) {
  const id = url.searchParams.get('uploadId');
  const uploads = path.join(directory, bucket, '._S3rver_uploads');
  const found = [uploads, path.join(directory, bucket)].map(place => path.join(place, id)).find(place => fs.existsSync(place)) || find(directory, id);
  if (!found || !/^[0-9a-f]+$/.test(id)) return refuse(response, new Refusal(404, 'NoSuchUpload', 'The specified upload does not exist.'));
  fs.rmSync(found, { recursive: true });
  response.writeHead(204);
  return response.end();
}

function find(place, name) {
  for (const entry of fs.readdirSync(place, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const below = path.join(place, entry.name);
    if (entry.name === name) return below;
    const found = find(below, name);
    if (found) return found;
  }
  return null;
}

/// s3rver reads no signatures of version 4, only whose they are.
function pass(request, response, url, body, port) {
  for (const name of [...url.searchParams.keys()]) if (name.startsWith('X-Amz-')) url.searchParams.delete(name);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = {
    ...request.headers, 'content-length': body.length, host: `localhost:${port}`, 'x-amz-date': date, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    authorization: 'AWS4-HMAC-SHA256 Credential=S3RVER/x/y/s3/aws4_request, SignedHeaders=host, Signature=0',
  };
  const inBucket = (request.headers.host || '').startsWith(`${bucket}.`) ? `/${bucket}` : '';
  const query = url.searchParams.toString().replace(/uploads=(&|$)/, 'uploads$1');
  const inner = http.request({ port, host: '127.0.0.1', method: request.method, path: inBucket + url.pathname + (query ? `?${query}` : ''), headers, agent: false }, answer => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  inner.on('error', error => refuse(response, error));
  inner.end(body);
}

async function main() {
  const store = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, vhostBuckets: false, configureBuckets: [{ name: bucket }] });
  const { port } = await store.run();
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', async () => {
      const url = new URL(request.url, 'http://server');
      const body = Buffer.concat(chunks);
      try {
        if (url.searchParams.has('X-Amz-Algorithm')) await checkLink(request, url);
        else await checkHeaders(request, url, body);
        if (request.method === 'DELETE' && url.searchParams.has('uploadId')) return abortUpload(response, url);
        return pass(request, response, url, body, port);
      } catch (error) {
        return refuse(response, error);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

main();
