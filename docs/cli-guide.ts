/** The part of docs/cli.md that people wrote; the reference behind it is made from the commands' definitions. */
export const CLI_GUIDE = `# The command line

\`bramble\` talks to a bramble over HTTPS; nothing is installed beside it. Every command explains itself: \`bramble help put\`.

## Log in

\`\`\`text
$ bramble login https://home.example:8443
User name [admin]:
Password of admin:
\`\`\`

A bramble on this machine needs no URL. The first time, the administrator's one-time password (printed by \`bramble up\`) is
replaced at once. Where the certificate is signed by the bramble's own authority, that is taken from \`.bramble\` in the
working folder, or shown by its fingerprint for you to compare; \`bramble trust\` has it for other programs.

\`\`\`sh
bramble whoami
\`\`\`

## Store and fetch files

Objects live in buckets, buckets in namespaces; yours has your name. A remote path is \`BUCKET/KEY\`, or
\`NAMESPACE:BUCKET/KEY\` for another one.

\`\`\`sh
bramble mb cli-tour
echo 'hello' > hello.txt
bramble put hello.txt cli-tour
bramble ls -l cli-tour
bramble cat cli-tour/hello.txt
bramble get cli-tour/hello.txt copy.txt
cmp hello.txt copy.txt
\`\`\`

A target that is a bucket, or ends in a slash, is a folder to put into; otherwise it is the new name itself. That is the rule
of \`cp\`, and it holds in both directions, for \`put\`, \`get\`, \`cp\` and \`mv\`:

| command | makes |
|---|---|
| \`bramble put a.txt b\` | \`b/a.txt\` |
| \`bramble put a.txt b/x/\` | \`b/x/a.txt\` |
| \`bramble put a.txt b/x\` | \`b/x\` |
| \`bramble put -r trip b/2026/\` | \`b/2026/trip/…\` |
| \`bramble put -r trip b/2026\` | \`b/2026/…\` |
| \`bramble put -r trip/. b/2026/\` | \`b/2026/…\` |

\`\`\`sh
mkdir -p trip/day-1
echo 'sun' > trip/day-1/weather.txt
bramble put -r trip cli-tour/2026/
bramble get -r cli-tour/2026/trip/. back/
diff -r trip back
\`\`\`

Standard input and output are \`-\`:

\`\`\`sh
printf 'one\\ntwo\\n' | bramble put - cli-tour/lines.txt
bramble get cli-tour/lines.txt - | wc -l
\`\`\`

## When the connection breaks

Busy answers and broken connections are tried again for half a minute without progress (\`--retry-for\`). After that, or after
Ctrl-C, give the same command again: uploads over 8 MiB go on from what the bramble has, downloads from their \`.part\` file,
as long as neither the file nor the object has changed. \`--verify\` compares SHA-256 on both sides at the end.

## Not to overwrite what others wrote

\`\`\`sh
bramble put --no-clobber hello.txt cli-tour || test $? -eq 5
etag=$(bramble ls --json cli-tour/hello.txt | sed 's/.*"etag":"\\([^"]*\\)".*/\\1/')
bramble put --if-match "$etag" hello.txt cli-tour
\`\`\`

## Share one object

\`\`\`sh
bramble share --expires 2h cli-tour/hello.txt
bramble share --list
\`\`\`

## Scripts

\`\`\`sh
token=$(bramble token create tour --scope storage:read --expires 1h)
BRAMBLE_TOKEN=$token bramble cat admin:cli-tour/hello.txt
bramble rb --force cli-tour
\`\`\`

| variable | what it sets |
|---|---|
| \`BRAMBLE_URL\`, \`BRAMBLE_TOKEN\` | a bramble and an API token, instead of a login |
| \`BRAMBLE_CA\` | PEM file of the authority to trust |
| \`BRAMBLE_PASSWORD\` | the password for \`bramble login\` |
| \`BRAMBLE_PROFILE\`, \`BRAMBLE_NAMESPACE\` | what \`--profile\` and \`--namespace\` set |
| \`BRAMBLE_CONFIG_HOME\` | where logins and the state of transfers are kept (default: \`$XDG_CONFIG_HOME/bramble\` or \`~/.config/bramble\`) |
| \`BRAMBLE_DEBUG=1\` | errors with their stack |
| \`NO_COLOR\` | no colours |

With \`--json\`, results are one JSON object a line on standard output, an error is \`{"error":{code,status,detail,requestId}}\` on
standard error, and there is no progress line. Progress is only drawn on a terminal, on standard error.

## Completion

\`\`\`text
eval "$(bramble completion bash)"     # in ~/.bashrc; zsh and fish alike
\`\`\`
`;
