/** A static nginx over TLS, as the peer of GET: one worker a core, files sent as it does by default. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/sbin/nginx';

export interface Nginx extends AsyncDisposable {
  readonly url: string;
}

/** Serves `root` on a port; `key` and `certificate` are PEM files. */
export async function startNginx(options: {
  root: string;
  port: number;
  key: string;
  certificate: string;
}): Promise<Nginx> {
  if (!existsSync(PROGRAM)) throw new Error('This benchmark needs nginx: apt-get install nginx-light');
  const folder = mkdtempSync(join(tmpdir(), 'bramble-nginx-'));
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; user root; worker_processes ${cpus().length}; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; sendfile on;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${options.port} ssl;
    ssl_certificate ${options.certificate}; ssl_certificate_key ${options.key}; ssl_protocols TLSv1.3;
    root ${options.root};
  }
}
`,
  );
  const server = spawn(PROGRAM, ['-c', config, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  return {
    url: `https://127.0.0.1:${options.port}`,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
