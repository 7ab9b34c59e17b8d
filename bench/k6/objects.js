// PUT and GET of objects of one size. Environment: BRAMBLE_URL, BRAMBLE_TOKEN, SIZE (bytes), CLIENTS, METHOD.
import { check } from 'k6';
import http from 'k6/http';

const size = Number(__ENV.SIZE);
const body = new Uint8Array(size).fill(97).buffer;
const headers = { authorization: `Bearer ${__ENV.BRAMBLE_TOKEN}`, 'content-type': 'application/octet-stream' };
const bucket = `${__ENV.BRAMBLE_URL}/api/storage/objects/admin/bench`;

export const options = {
  discardResponseBodies: true,
  scenarios: {
    objects: { executor: 'constant-vus', vus: Number(__ENV.CLIENTS), duration: __ENV.DURATION || '10s' },
  },
};

export default function () {
  const url = `${bucket}/k6-${size}-${__VU}-${__ITER % 16}`;
  const answer = __ENV.METHOD === 'PUT' || __ITER < 16 ? http.put(url, body, { headers }) : http.get(url, { headers });
  check(answer, { done: ({ status }) => status >= 200 && status < 300 });
}
