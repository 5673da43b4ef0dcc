package architecture

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// checked is one of our packages with the types of everything in it. Tests and
// generated files are not a part of it.
type checked struct {
	listed

	fileSet *token.FileSet
	files   []*ast.File
	types   *types.Package
	info    *types.Info
}

// fileOf names the file that a position is in, without its directory.
func (p checked) fileOf(at token.Pos) string { return filepath.Base(p.fileSet.Position(at).Filename) }

// at is where a position is: package, file and line.
func (p checked) at(pos token.Pos) string {
	return fmt.Sprintf("%s/%s:%d", p.path(), p.fileOf(pos), p.fileSet.Position(pos).Line)
}

// holds says whether an object is declared in a file of the package that nobody
// generated.
func (p checked) holds(object types.Object) bool {
	return object.Pkg() == p.types && slices.ContainsFunc(p.files, func(f *ast.File) bool {
		return f.FileStart <= object.Pos() && object.Pos() < f.FileEnd
	})
}

// checkedOnce has the packages of both modules, since checking them takes seconds.
var checkedOnce struct {
	sync.Once

	packages []checked
	err      error
}

// checkedPackages are all of our packages but those that are generated as a
// whole, with types: of the module, and of the Dagger module in ci.
func checkedPackages(t *testing.T) []checked {
	t.Helper()
	checkedOnce.Do(func() {
		for _, dir := range []string{"../..", "../../ci"} {
			packages, err := checkModule(t, dir)
			checkedOnce.packages = append(checkedOnce.packages, packages...)
			checkedOnce.err = errors.Join(checkedOnce.err, err)
		}
	})
	if checkedOnce.err != nil {
		t.Fatal(checkedOnce.err)
	}
	return checkedOnce.packages
}

// checkModule checks the packages of the module in a directory, each alone: what
// it imports comes from the export data that the go command has of it.
func checkModule(t *testing.T, dir string) ([]checked, error) {
	t.Helper()
	exports := map[string]string{}
	var own []listed
	for _, p := range listIn(t, dir, "-export", "-deps", "./...") {
		exports[p.ImportPath] = p.Export
		if p.Module.Main {
			own = append(own, p)
		}
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	var packages []checked
	for _, l := range own {
		sources := map[string]any{}
		for _, name := range l.GoFiles {
			sources[filepath.Join(l.Dir, name)] = nil
		}
		p, err := checkPackage(files, l, sources, imports)
		if err != nil {
			return nil, err
		}
		if len(p.files) > 0 {
			packages = append(packages, p)
		}
	}
	return packages, nil
}

// checkPackage checks the types of one package. Sources are texts under the
// names of their files, or nil where the file is to be read.
func checkPackage(files *token.FileSet, l listed, sources map[string]any, imports types.Importer) (checked, error) {
	p := checked{listed: l, fileSet: files, info: &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
	}}
	var all []*ast.File
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		file, err := parser.ParseFile(files, name, sources[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return checked{}, err
		}
		all = append(all, file)
		if !ast.IsGenerated(file) {
			p.files = append(p.files, file)
		}
	}
	if len(p.files) == 0 {
		return p, nil
	}
	config := types.Config{Importer: imports}
	var err error
	if p.types, err = config.Check(l.ImportPath, files, all, p.info); err != nil {
		return checked{}, fmt.Errorf("checking %s: %w", l.ImportPath, err)
	}
	return p, nil
}

// source is a small package of a test: texts under the names of their files.
type source struct {
	path  string
	files map[string]string
}

// checkSources checks small packages, each of which may import those before it.
func checkSources(t *testing.T, sources ...source) []checked {
	t.Helper()
	files, known := token.NewFileSet(), importMap{}
	var packages []checked
	for _, s := range sources {
		texts := map[string]any{}
		for name, text := range s.files {
			texts[name] = text
		}
		p, err := checkPackage(files, listed{ImportPath: module + "/" + s.path}, texts, known)
		if err != nil {
			t.Fatal(err)
		}
		known[p.ImportPath] = p.types
		packages = append(packages, p)
	}
	return packages
}

// importMap imports the packages that it has.
type importMap map[string]*types.Package

func (m importMap) Import(path string) (*types.Package, error) {
	if m[path] == nil {
		return nil, fmt.Errorf("no package %s", path)
	}
	return m[path], nil
}
