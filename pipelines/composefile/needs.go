package composefile

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// NeedKind is how a compose file refers to a path of the host.
type NeedKind string

// The kinds of need. Those of a file are read by compose or mounted as they are.
const (
	NeedMount     NeedKind = "mount"      // volumes: a bind mount
	NeedConfig    NeedKind = "config"     // configs: a file
	NeedSecret    NeedKind = "secret"     // secrets: a file
	NeedEnvFile   NeedKind = "env_file"   // read when the service starts
	NeedLabelFile NeedKind = "label_file" // read when the service starts
	NeedVolume    NeedKind = "volume"     // volumes: the device of a named volume that is a bind mount
)

// Need is a path of the host that a service needs.
type Need struct {
	Kind    NeedKind
	Service string
	// Path is absolute and clean.
	Path string
	// Name of the config, secret or volume; empty for the other kinds.
	Name string
	// Target is where a mount is in the container.
	Target string
	// ReadOnly says that the container can't write to it.
	ReadOnly bool
	// Optional says that the service goes without it when it is not there.
	Optional bool
	// Committed says that git has it, and hosts have their own all the same; InProject
	// that a release would bring it if git had it.
	Committed, InProject bool
	// MustExist says that the file forbids docker to make it (create_host_path: false).
	MustExist bool
}

// Needs are the paths of the host that the enabled services of a project need, by
// service, in the order in which it has them.
func Needs(p *types.Project) []Need {
	var all []Need
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		add := func(n Need) {
			n.Service, n.Path = name, path.Clean(n.Path)
			all = append(all, n)
		}
		for _, v := range s.Volumes {
			switch v.Type {
			case types.VolumeTypeBind:
				add(Need{Kind: NeedMount, Path: v.Source, Target: v.Target, ReadOnly: v.ReadOnly, MustExist: v.Bind != nil && !bool(v.Bind.CreateHostPath)})
			case types.VolumeTypeVolume:
				if device := boundDevice(p.Volumes[v.Source]); device != "" {
					add(Need{Kind: NeedVolume, Path: device, Name: v.Source, Target: v.Target, ReadOnly: v.ReadOnly})
				}
			}
		}
		for _, c := range s.Configs {
			if file := p.Configs[c.Source].File; file != "" {
				add(Need{Kind: NeedConfig, Path: file, Name: c.Source, ReadOnly: true})
			}
		}
		for _, c := range s.Secrets {
			if file := p.Secrets[c.Source].File; file != "" {
				add(Need{Kind: NeedSecret, Path: file, Name: c.Source, ReadOnly: true})
			}
		}
		for _, f := range s.EnvFiles {
			add(Need{Kind: NeedEnvFile, Path: f.Path, ReadOnly: true, Optional: !bool(f.Required)})
		}
		for _, f := range s.LabelFiles {
			add(Need{Kind: NeedLabelFile, Path: f, ReadOnly: true})
		}
	}
	return all
}

// boundDevice is the path that a named volume is a bind mount of; empty for any
// other volume.
func boundDevice(v types.VolumeConfig) string {
	bind := slices.ContainsFunc(strings.Split(v.DriverOpts["o"], ","), func(o string) bool { return o == "bind" || o == "rbind" })
	if !bind || v.Driver != "" && v.Driver != "local" || !path.IsAbs(v.DriverOpts["device"]) {
		return ""
	}
	return v.DriverOpts["device"]
}

// IsFile says that the need is of a single file, by its kind or by its names: a name
// with an extension that no directory has is a file's.
func (n Need) IsFile() bool {
	if n.Kind != NeedMount {
		return n.Kind != NeedVolume
	}
	return fileName(n.Path) || fileName(n.Target)
}

// fileExtensions are those of files that people mount. One that is not among them
// says nothing: www.example.com and pg-9.6 are directories.
var fileExtensions = []string{
	".conf", ".cnf", ".cfg", ".cf", ".config", ".ini", ".yml", ".yaml", ".json", ".toml", ".xml", ".env", ".properties", ".hcl",
	".sh", ".sql", ".py", ".js", ".rb", ".php", ".lua", ".pl", ".txt", ".md", ".html", ".css", ".csv", ".tsv", ".log", ".lock",
	".pem", ".crt", ".cer", ".key", ".csr", ".p12", ".pfx", ".jks", ".der", ".pub", ".gpg", ".asc", ".htpasswd", ".acl", ".rules",
	".sock", ".socket", ".pid", ".tmpl", ".tpl", ".template", ".j2", ".list", ".mmdb", ".db", ".sqlite", ".sqlite3",
	".gz", ".tar", ".tgz", ".zip", ".jar", ".war", ".so", ".bin", ".service", ".vcl", ".lic", ".license",
}

// plainFiles are names of files that have no extension.
var plainFiles = []string{
	".env", ".htpasswd", ".pgpass", ".netrc", ".npmrc", "htpasswd", "passwd", "shadow", "group", "hosts", "hostname", "localtime",
	"timezone", "machine-id", "resolv.conf", "crontab", "authorized_keys", "known_hosts", "id_rsa", "id_ed25519",
}

func fileName(p string) bool {
	base := path.Base(p)
	if slices.Contains(plainFiles, base) || strings.HasPrefix(base, ".env.") {
		return true
	}
	if strings.HasSuffix(base, "file") && base[0] >= 'A' && base[0] <= 'Z' {
		return true // Caddyfile, Corefile, Procfile
	}
	extension := path.Ext(base)
	return extension != base && slices.Contains(fileExtensions, strings.ToLower(extension)) // ".config" alone is a directory
}

// MadeWhenMissing says that docker makes the path when it is not there, as an empty
// directory, and that this is what the service wants: data that it, or another of
// the services with these needs, writes itself.
func (n Need) MadeWhenMissing(all []Need) bool {
	if n.Kind != NeedMount || n.MustExist || n.IsFile() {
		return false
	}
	return slices.ContainsFunc(all, func(other Need) bool { return other.covers(n) && !other.MustExist && !other.IsFile() })
}

// Writable says that a service can write to the path: this one, or another of those
// with these needs, which mounts it too or a directory that it is in.
func (n Need) Writable(all []Need) bool {
	return slices.ContainsFunc(all, func(other Need) bool { return other.covers(n) })
}

// covers says that a service with this need can write to what another one needs.
func (n Need) covers(other Need) bool {
	return n.Kind == NeedMount && !n.ReadOnly && (n.Path == other.Path || strings.HasPrefix(other.Path, strings.TrimSuffix(n.Path, "/")+"/"))
}
