package kept

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Difference is a key of a definition that is not as it was when docker made the
// volume or network. Options and labels may hold passwords, so of those it says
// that the value is another one, and not which.
type Difference struct {
	// Key reads as in the compose file: driver_opts.device.
	Key string
	// Wanted and Found are what to say of either side.
	Wanted, Found string
}

// String reads as "driver_opts.device has another value".
func (d Difference) String() string {
	switch {
	case d.Wanted == "":
		return fmt.Sprintf("%s is %s, and the file does not have it", d.Key, d.Found)
	case d.Found == "":
		return fmt.Sprintf("%s is not there", d.Key)
	case d.Found == anotherValue:
		return fmt.Sprintf("%s has another value", d.Key)
	}
	return fmt.Sprintf("%s is %s, and the file says %s", d.Key, d.Found, d.Wanted)
}

const (
	anotherValue = "another value"
	someValue    = "set"
)

// differences collects those of one resource.
type differences struct {
	all []Difference
	// remade says that compose itself would see another definition, so that what the
	// file does not say is not docker's default either.
	remade bool
}

func volumeDifferences(want types.VolumeConfig, has inspected) []Difference {
	want.Driver = cmp.Or(want.Driver, "local")
	if has.Labels[labelHash] == hash(want) {
		return nil
	}
	d := &differences{remade: true}
	d.word("driver", want.Driver, has.Driver)
	d.values("driver_opts", want.DriverOpts, has.Options, true)
	d.values("labels", want.Labels, ownLabels(has.Labels), true)
	return d.all
}

func networkDifferences(want types.NetworkConfig, has inspected) []Difference {
	label := has.Labels[labelHash]
	if label == hash(want) {
		return nil
	}
	d := &differences{remade: label != ""}
	d.word("driver", want.Driver, has.Driver)
	// The engine may give options of its own to every network.
	d.values("driver_opts", want.DriverOpts, has.Options, d.remade)
	d.values("labels", want.Labels, ownLabels(has.Labels), true)
	d.flag("internal", &want.Internal, has.Internal)
	d.flag("attachable", &want.Attachable, has.Attachable)
	if has.EnableIPv4 != nil {
		d.flag("enable_ipv4", want.EnableIPv4, *has.EnableIPv4)
	}
	d.flag("enable_ipv6", want.EnableIPv6, has.EnableIPv6)
	d.word("ipam.driver", want.Ipam.Driver, has.IPAM.Driver)
	if !hasPools(want.Ipam.Config, has.IPAM.Config) || hadPools(want, has) {
		d.add("ipam.config", pools(want.Ipam.Config), pools(asPools(has.IPAM.Config)))
	}
	return d.all
}

func (d *differences) add(key, wanted, found string) {
	d.all = append(d.all, Difference{Key: key, Wanted: wanted, Found: found})
}

// defaults are what docker takes for a word that the file does not say; either
// that of Linux or that of Windows.
var defaults = map[string][]string{"driver": {"bridge", "nat"}, "ipam.driver": {"default", "windows"}}

func (d *differences) word(key, want, has string) {
	if want == has || want == "" && (!d.remade || slices.Contains(defaults[key], has)) {
		return
	}
	d.add(key, quoted(want), quoted(has))
}

func quoted(word string) string {
	if word == "" {
		return ""
	}
	return strconv.Quote(word)
}

// flag compares what is true or false; nil is what the engine takes by itself.
func (d *differences) flag(key string, want *bool, has bool) {
	switch {
	case want == nil && has && d.remade && key == "enable_ipv6":
		d.add(key, "", "true")
	case want != nil && *want != has:
		d.add(key, strconv.FormatBool(*want), strconv.FormatBool(has))
	}
}

// values compares options or labels; more says that docker has none but those of
// the definition.
func (d *differences) values(key string, want, has map[string]string, more bool) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		switch value, there := has[name]; {
		case !there:
			d.add(key+"."+name, someValue, "")
		case value != want[name]:
			d.add(key+"."+name, someValue, anotherValue)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if _, wanted := want[name]; more && !wanted {
			d.add(key+"."+name, "", someValue)
		}
	}
}

// ownLabels are those that are not compose's.
func ownLabels(labels map[string]string) map[string]string {
	own := maps.Clone(labels)
	maps.DeleteFunc(own, func(name, _ string) bool { return strings.HasPrefix(name, labelPrefix) })
	return own
}

// hash is compose's own of a definition, which it writes on what it makes of it.
// A compose of another version may have another one.
func hash(definition any) string {
	text, err := json.Marshal(definition)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
