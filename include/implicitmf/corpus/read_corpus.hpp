// SPDX-License-Identifier: MIT
/// \file
/// read_corpus: a text file, or standard input, to an EncodedCorpus.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/corpus_builder.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/tokenizer.hpp>

namespace implicitmf {

namespace detail {

/// Bytes of text that are read and tokenized at a time.
inline constexpr std::size_t text_piece = std::size_t{1} << 20U;

/// The first white space of a file at or after byte `from`, or the file's end.
inline std::uint64_t next_space(const InputFile& file, std::uint64_t from) {
  char block[4096];
  for (;;) {
    const std::size_t got = file.read_at(from, block, sizeof block);
    const char* const hit = std::find_if(block, block + got, is_ascii_space);
    from += static_cast<std::uint64_t>(hit - block);
    if (hit != block + got || got < sizeof block) return from;
  }
}

/// Borders of the pieces of a file: about every `text_piece` bytes, at white space.
inline std::vector<std::uint64_t> cut_at_spaces(const InputFile& file) {
  std::vector<std::uint64_t> borders{0};
  for (std::uint64_t at = text_piece; at < file.size(); at += text_piece)
    if (at > borders.back()) borders.push_back(next_space(file, at));
  borders.push_back(file.size());
  return borders;
}

template <Tokenizer T>
void read_pieces(const InputFile& file, const CorpusOptions& options, const T& tokenizer,
                 CorpusBuilder& builder, ThreadTeam& team) {
  const auto borders = cut_at_spaces(file);
  const std::size_t pieces = borders.size() - 1;
  builder.prepare(pieces, team.size());
  std::vector<Buffer<char>> texts(team.size());
  std::atomic<std::uint64_t> done{0};
  team.for_each_on_thread(pieces, [&](std::size_t i, std::size_t thread) {
    Buffer<char>& text = texts[thread];
    text.resize(borders[i + 1] - borders[i]);
    if (file.read_at(borders[i], text.data(), text.size()) < text.size())
      throw InputError::at_byte(file.name(), borders[i], "the file shrank while it was read");
    const std::string_view view(text.data(), text.size());
    builder.fill(i, thread, view, [&](CorpusBuilder::Sink& sink) { tokenizer(view, sink); });
    done += text.size();
    if (thread == 0)
      report_or_throw(options.progress, {"reading", "bytes", done.load(), file.size()});
  });
}

/// A pipe is read to its end by one thread, white space to white space.
template <Tokenizer T>
void read_stream(InputFile& file, const CorpusOptions& options, const T& tokenizer,
                 CorpusBuilder& builder) {
  builder.prepare(0, 1);
  Buffer<char> text;
  std::uint64_t done = 0;
  for (bool more = true; more;) {
    const std::size_t carried = text.size();
    text.resize(carried + text_piece);
    const std::size_t got = file.read(text.data() + carried, text_piece);
    text.resize(carried + got);
    more = got == text_piece;
    const auto last_space = std::find_if(text.rbegin(), text.rend(), is_ascii_space);
    const auto whole = more ? static_cast<std::size_t>(text.rend() - last_space) : text.size();
    const std::string_view view(text.data(), whole);
    builder.fill(builder.add_piece(), 0, view,
                 [&](CorpusBuilder::Sink& sink) { tokenizer(view, sink); });
    text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(whole));
    done += got;
    report_or_throw(options.progress, {"reading", "bytes", done});
  }
}

}  // namespace detail

/// Reads a text to ids: tokenizes, counts, chooses the vocabulary, and encodes, in one pass over
/// the file and on several threads. No cap on the length of a line or a word. The result depends
/// on the text, the options and the tokenizer, never on the threads or on where lines end: a text
/// of one line is read as fast as any.
///
/// \param path  a file, or "-" for standard input (read by one thread)
/// \par Memory  4 bytes a token, and the distinct words of each thread, while it works.
/// \throws IoError     the file can't be read
/// \throws InputError  no token, or no word that occurs min_count times
/// \throws ConfigError an option is out of its range
/// \throws Stopped     the progress callback said so
template <Tokenizer T = WhitespaceTokenizer>
[[nodiscard]] EncodedCorpus read_corpus(const std::filesystem::path& path,
                                        const CorpusOptions& options = {},
                                        const T& tokenizer = {}) {
  options.validate();
  InputFile file(path);
  ThreadTeam team(options.threads);
  detail::CorpusBuilder builder(file.name(), options);
  if (file.is_regular())
    detail::read_pieces(file, options, tokenizer, builder, team);
  else
    detail::read_stream(file, options, tokenizer, builder);
  return builder.finish(team);
}

}  // namespace implicitmf
