package composefile

import "testing"

// FuzzLoad looks for files that make us panic or hang.
func FuzzLoad(f *testing.F) {
	f.Add("version: '3'\nservices:\n  web: {image: 'a:${T:-$X}', depends_on: [db]}\n  db: &d\n    image: |\n      x\n  c: {<<: *d}\n")
	f.Add("web:\n  image: nginx\n")
	f.Add("? [a]\n: !reset b\n---\n- \"${A}\n")
	f.Fuzz(func(t *testing.T, text string) {
		Variables([]byte(text))
		loadText(t, text, nil)
	})
}
