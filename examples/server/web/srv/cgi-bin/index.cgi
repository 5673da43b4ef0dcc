#!/bin/sh
# A failed read is tried again: while the app is being replaced, the address that
# the name gave may be gone.
for _ in 1 2 3; do
    if page=$(wget -q -O - "$APP_URL/cgi-bin/page"); then
        printf 'Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n%s\n' "$page"
        exit
    fi
done
printf 'Status: 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\nThe app does not answer.\n'
