package config

import "strings"

// nearest is the candidate that word is most probably a misspelling of, or "".
func nearest(word string, candidates []string) string {
	best, found := max(1, len(word)/3)+1, ""
	word = canonical(word)
	for _, c := range candidates {
		if n := distance(word, canonical(c)); n < best {
			best, found = n, c
		}
	}
	return found
}

// canonical makes the usual differences in spelling vanish.
func canonical(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "_", "-")
}

// distance is the number of letters to insert, drop, replace or swap with their
// neighbour to make b out of a (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			replace := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				replace++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, replace)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
