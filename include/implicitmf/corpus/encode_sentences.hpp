// SPDX-License-Identifier: MIT
/// \file
/// encode_sentences: any range of ranges of words or of item ids to an EncodedCorpus.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <string_view>
#include <type_traits>

#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/corpus/corpus_builder.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>

namespace implicitmf {

/// What can be an element of a sentence: a text, or an integer, whose decimal form is its word.
template <class T>
concept TokenValue = std::convertible_to<const T&, std::string_view> ||
    (std::integral<std::remove_cvref_t<T>> && !std::same_as<std::remove_cvref_t<T>, char> &&
     !std::same_as<std::remove_cvref_t<T>, bool>);

/// Sentences: a range of ranges of TokenValue (documents of words, baskets of items, walks of
/// nodes). One pass is enough, so generators will do.
template <class R>
concept SentenceRange =
    std::ranges::input_range<R> && std::ranges::input_range<std::ranges::range_reference_t<R>> &&
    TokenValue<std::ranges::range_value_t<std::ranges::range_reference_t<R>>>;

/// Encodes sentences that a program holds: chooses the vocabulary as read_corpus() does. The word
/// of an integer is its decimal form, so `vocabulary().find("42")` finds item 42. One thread.
///
/// \throws InputError  no token, or none that occurs min_count times
/// \throws ConfigError an option is out of its range
/// \throws Stopped     the progress callback said so
template <SentenceRange Sentences>
[[nodiscard]] EncodedCorpus encode_sentences(Sentences&& sentences,
                                             const CorpusOptions& options = {}) {
  options.validate();
  constexpr std::size_t report_every = 1U << 14U;
  detail::CorpusBuilder builder("sentences", options);
  builder.prepare(1, 1);
  builder.fill(0, 0, {}, [&](detail::CorpusBuilder::Sink& sink) {
    std::size_t done = 0;
    for (auto&& sentence : sentences) {
      for (const auto& token : sentence) {
        if constexpr (std::integral<std::remove_cvref_t<decltype(token)>>) {
          char text[24];
          const auto end = std::to_chars(text, text + sizeof text, token).ptr;
          sink.token({text, static_cast<std::size_t>(end - text)});
        } else {
          sink.token(token);
        }
      }
      sink.end_sentence();
      if (++done % report_every == 0)
        report_or_throw(options.progress, {"reading", "sentences", done});
    }
  });
  ThreadTeam team(1);
  return builder.finish(team);
}

}  // namespace implicitmf
