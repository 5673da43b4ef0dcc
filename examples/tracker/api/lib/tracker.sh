# The tracker's functions. The scripts of cgi-bin and bin source this file.
# A ticket is a row "number<TAB>title"; the database is a web service.

table() { wget -q -O - "$DATABASE_URL/$1"; }
create_table() { wget -q -O /dev/null --post-data '' "$DATABASE_URL/$1?create"; }
insert() { wget -q -O /dev/null --post-data "$2" "$DATABASE_URL/$1"; }

# answer STATUS TYPE begins an HTTP answer.
answer() { printf 'Status: %s\r\nContent-Type: %s\r\nCache-Control: no-store\r\n\r\n' "$1" "$2"; }

# field NAME BODY is a field of a submitted form, decoded, on one line.
field() {
    encoded=$(printf '%s' "$2" | tr '&' '\n' | sed -n "s/^$1=//p" | head -n 1)
    printf '%b' "$(printf '%s' "$encoded" | sed 's/\\/\\\\/g; s/+/ /g; s/%\([0-9A-Fa-f][0-9A-Fa-f]\)/\\x\1/g')" | tr '\n\r\t' '   '
}

# html escapes standard input.
html() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }

# json escapes standard input for a string.
json() { sed 's/\\/\\\\/g; s/"/\\"/g'; }

# tickets_json turns rows into a JSON array.
tickets_json() {
    separator='['
    while IFS='	' read -r number title; do
        printf '%s{"number":%s,"title":"%s"}' "$separator" "$number" "$(printf '%s' "$title" | json)"
        separator=,
    done
    [ "$separator" = '[' ] && printf '['
    printf ']\n'
}

# form_token proves that a form came from our page.
form_token() { printf '%s tickets' "$SESSION_KEY" | sha256sum | cut -c 1-32; }

# asset NAME is the name that the asset build gave the file.
asset() { sed -n "s/^$1 //p" /srv/assets/manifest; }
