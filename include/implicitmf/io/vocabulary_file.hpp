// SPDX-License-Identifier: MIT
/// \file
/// Vocabularies as text: one "word count" a line, as word2vec and GloVe write them, or one word a
/// line, as files of vectors without words have them beside them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/corpus/word_counter.hpp>

namespace implicitmf {

namespace detail {

/// Writes one word a line.
inline void write_words(OutputFile& file, const Vocabulary& vocabulary) {
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    file.write(vocabulary.word(id));
    file.write("\n");
  }
}

/// Calls entry(line) for each line of a vocabulary. Empty lines may stand at the end.
template <class Entry>
void for_each_entry(LineReader& lines, Entry&& entry) {
  bool ended = false;
  while (lines.next()) {
    const std::string_view line = without_trailing_blanks(lines.line());
    if (ended && !line.empty()) throw lines.error("words after an empty line");
    ended = line.empty();
    if (!ended) entry(line);
  }
}

/// Adds a word that is new.
inline void add_new(WordCounter& words, std::string_view word, Count count,
                    const LineReader& lines) {
  const std::size_t before = words.size();
  if (words.add(word, count) != before)
    throw lines.error("the word " + in_quotes(word) + " comes twice");
}

/// The words in the order of their lines.
[[nodiscard]] inline std::vector<WordCount> list_words(const WordCounter& words,
                                                       const std::string& name) {
  if (words.size() == 0) throw InputError(name + ": the file holds no words");
  std::vector<WordCount> listed;
  listed.reserve(words.size());
  for (WordId id = 0; id < words.size(); ++id) listed.push_back({words.word(id), words.count(id)});
  return listed;
}

/// The word and the count of a line "word count", if it is one.
[[nodiscard]] inline std::optional<WordCount> split_count(std::string_view line) noexcept {
  const std::size_t blank = line.find_last_of(" \t");
  if (blank == line.npos || blank == 0) return std::nullopt;
  const auto count = parse_number<Count>(line.substr(blank + 1));
  if (!count) return std::nullopt;
  return WordCount{line.substr(0, blank), *count};
}

}  // namespace detail

/// Writes "word count" lines in the order of the ids, whole or not at all (see OutputFile). A word
/// may hold spaces.
///
/// \param path  the file; "-" is standard output
/// \throws InputError  there are no words, or one is empty or holds a newline; nothing is written
/// \throws IoError     the system refuses; what stood at `path` stays
inline void save_vocabulary(const std::filesystem::path& path, const Vocabulary& vocabulary) {
  if (vocabulary.empty()) throw InputError("vocabulary: there are no words to write");
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view word = vocabulary.word(id);
    if (word.empty() || word.find('\n') != word.npos)
      throw InputError("vocabulary: the word " + in_quotes(word) +
                       " can't be written: it is empty or holds a newline");
  }
  OutputFile file(path);
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    file.write(vocabulary.word(id));
    file.write(" ");
    file.write(std::to_string(vocabulary.count(id)));
    file.write("\n");
  }
  file.commit();
}

/// Reads "word count" lines; the first word gets id 0, whatever its count. The count stands after
/// the last blank, so a word may hold blanks. Windows line ends and empty lines at the end will do.
///
/// \param path  the file; "-" is standard input
/// \throws IoError     the file can't be read
/// \throws InputError  there are no words, a line is none of "word count", a word comes twice, the
///                     counts sum to 2^64 or more; the message names the line
[[nodiscard]] inline Vocabulary load_vocabulary(const std::filesystem::path& path) {
  BufferedReader reader(path);
  LineReader lines(reader);
  WordCounter words;
  Count total = 0;
  detail::for_each_entry(lines, [&](std::string_view line) {
    const auto entry = detail::split_count(line);
    if (!entry) throw lines.error("expected \"WORD COUNT\", not " + in_quotes(line));
    if (entry->count > ~Count{0} - total) throw lines.error("the counts sum to 2^64 or more");
    total += entry->count;
    detail::add_new(words, entry->word, entry->count, lines);
  });
  return Vocabulary(detail::list_words(words, reader.file().name()));
}

/// Reads the words that belong to vectors without words: one a line, with counts of 0, or "word
/// count" as load_vocabulary() reads them if all lines are such. A word may hold blanks. Windows
/// line ends and empty lines at the end will do.
///
/// \param path  the file; "-" is standard input
/// \throws IoError     the file can't be read
/// \throws InputError  there are no words, a line is empty, or a word comes twice; the message
///                     names the file, and the line where it can
[[nodiscard]] inline Vocabulary load_words(const std::filesystem::path& path) {
  BufferedReader reader(path);
  LineReader lines(reader);
  WordCounter words;
  bool counted = true;
  detail::for_each_entry(lines, [&](std::string_view line) {
    counted = counted && detail::split_count(line);
    detail::add_new(words, line, 0, lines);
  });
  auto listed = detail::list_words(words, reader.file().name());
  if (counted)
    for (WordCount& entry : listed) entry = *detail::split_count(entry.word);
  try {
    return Vocabulary(listed);
  } catch (const InputError& error) {
    throw InputError(reader.file().name() + ": " + error.what());
  }
}

}  // namespace implicitmf
