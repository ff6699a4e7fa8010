// SPDX-License-Identifier: MIT
// score_small_language VECTORS: how well word vectors know the small language. Fails where they
// know less than they should.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/sgns.hpp>

#include "small_language.hpp"

namespace imf = implicitmf;

namespace {

constexpr double least_neighbors_percent = 90.0;
constexpr double least_analogies_percent = 80.0;

/// Right ones out of all, printed as a line of the report.
struct Score {
  std::size_t right = 0;
  std::size_t all = 0;
  [[nodiscard]] double percent() const {
    return 100.0 * static_cast<double>(right) / static_cast<double>(all);
  }
  Score& operator+=(const Score& other) {
    right += other.right;
    all += other.all;
    return *this;
  }
  void print(std::string_view name) const {
    std::printf("  %-22.*s %5zu of %5zu  %5.1f %%\n", static_cast<int>(name.size()), name.data(),
                right, all, percent());
  }
};

/// The ids of words.
std::vector<imf::WordId> ids_of(const imf::Embeddings& embeddings,
                                const small_language::Words& words) {
  std::vector<imf::WordId> ids;
  for (const std::string_view word : words) {
    const auto id = embeddings.vocabulary().find(word);
    if (!id)
      throw imf::InputError("the vectors lack the word \"" + std::string(word) +
                            "\": are they of the small language?");
    ids.push_back(*id);
  }
  return ids;
}

/// Of the five nearest words to each word of a class, how many are of that class.
Score score_neighbors(const imf::Embeddings& embeddings) {
  Score total;
  for (const auto& [name, words] : small_language::word_classes()) {
    Score score;
    for (const auto& nearest :
         imf::NearestNeighbors(embeddings).of_words(ids_of(embeddings, words), 5))
      for (const auto& [id, cosine] : nearest)
        score += {small_language::class_of(embeddings.vocabulary().word(id)) == name, 1};
    score.print(name);
    total += score;
  }
  total.print("together");
  return total;
}

/// How many analogies are answered with the right word.
Score score_analogies(const imf::Embeddings& embeddings) {
  Score total;
  for (const auto& [name, questions] : small_language::analogies()) {
    std::vector<imf::AnalogyQuestion> asked;
    std::vector<imf::WordId> right;
    for (const auto& [a, b, c, d] : questions) {
      const auto ids = ids_of(embeddings, {a, b, c, d});
      asked.push_back({ids[0], ids[1], ids[2]});
      right.push_back(ids[3]);
    }
    const auto answers = imf::answer_analogies(embeddings, asked);
    Score score;
    for (std::size_t i = 0; i < asked.size(); ++i) score += {answers[i].front().id == right[i], 1};
    score.print(name);
    total += score;
  }
  total.print("together");
  return total;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fputs("usage: score_small_language VECTORS\n", stderr);
    return 2;
  }
  const imf::Embeddings embeddings = imf::load_vectors(argv[1]);
  std::puts("Neighbours of the same class, among the five nearest:");
  const double neighbors = score_neighbors(embeddings).percent();
  std::puts("Analogies answered right, at first try:");
  const double analogies = score_analogies(embeddings).percent();
  if (neighbors >= least_neighbors_percent && analogies >= least_analogies_percent) return 0;
  std::printf("Too few: at least %.0f %% of the neighbours and %.0f %% of the analogies are due.\n",
              least_neighbors_percent, least_analogies_percent);
  return 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "score_small_language: %s\n", error.what());
  return 1;
}
