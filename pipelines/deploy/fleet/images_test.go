package fleet_test

// app is the program of every image. A host's file data/VERSION says how that
// version fails there.
const app = `#!/bin/sh
version=$(cat /www/version)
how=$(cat /data/$version 2>/dev/null)
case $1 in
migrate) echo "$version" >>/data/migrations; [ "$how" != refuse ]; exit;;
after) echo "$version" >>/data/after; exit;;
esac
case $how in
unhealthy) rm /www/version;;
crash) echo about to crash; exit 7;;
esac
exec httpd -f -p 80 -h /www
`
