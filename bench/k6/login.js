// Logging in: what a password costs, end to end. Environment: BRAMBLE_URL, BRAMBLE_USERS (name:password, comma-separated).
import { check } from 'k6';
import http from 'k6/http';

const users = __ENV.BRAMBLE_USERS.split(',').map((pair) => pair.split(':'));

export const options = {
  scenarios: { login: { executor: 'constant-vus', vus: 4, duration: __ENV.DURATION || '10s' } },
};

export default function () {
  const [name, password] = users[__ITER % users.length];
  const answer = http.post(`${__ENV.BRAMBLE_URL}/api/account/login`, JSON.stringify({ name, password }), {
    headers: { 'content-type': 'application/json' },
  });
  check(answer, { 'logged in': ({ status }) => status === 200 });
}
