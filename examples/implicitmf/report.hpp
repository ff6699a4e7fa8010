// SPDX-License-Identifier: MIT
/// \file
/// What a report says: models with their records, and what is measured of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/embeddings/principal_components.hpp>
#include <implicitmf/evaluation/analogy_set.hpp>
#include <implicitmf/evaluation/association_density.hpp>
#include <implicitmf/evaluation/similarity_set.hpp>
#include <implicitmf/objectives/objective_sample.hpp>

#include "command.hpp"

namespace app {

/// What a report is to be of.
struct ReportOptions {
  CommonArguments common;
  std::vector<std::string> models;
  std::string output;
  std::string counts_file;
  std::vector<std::string> similarity;
  std::vector<std::string> analogy;
  std::vector<std::string> words;
  std::size_t top = 500;  ///< words of a map
};

/// Colours that models are told apart by.
inline constexpr std::size_t most_models = 8;

/// w·c against PMI − log k, and how far from the optimum that is.
struct TheoremFigures {
  imf::AssociationDensity density;
  double negatives = 1.0;
  double smoothing = 1.0;
  double observed_deviation = 0.0;  ///< of the observed pairs alone, exact
  double deviation = 0.0;           ///< over all pairs, estimated
  double standard_error = 0.0;      ///< of that, in the same parts of the optimum
};

/// The first words of a model on its plane of largest variance.
struct WordMap {
  std::vector<std::string> words;
  imf::PrincipalComponents components;
};

struct ReportModel {
  std::string file;
  std::string name;      ///< what tables and legends call it
  Json record;           ///< null: there is none
  std::size_t size = 0;  ///< words
  std::size_t dimension = 0;
  std::optional<TheoremFigures> theorem;
  std::string no_theorem;                         ///< why there is none
  std::vector<imf::SimilarityResult> similarity;  ///< in the order of the sets
  std::vector<imf::AnalogyResult> analogy_add;
  std::vector<imf::AnalogyResult> analogy_mul;
  WordMap map;
  /// Of each of Report::words; none where the model does not know the word.
  std::vector<std::optional<std::vector<std::pair<std::string, float>>>> neighbors;

  /// A number of the record; none where it is missing.
  [[nodiscard]] std::optional<double> number(const std::string& key) const;
  /// A text of the record, or "".
  [[nodiscard]] std::string text(const std::string& key) const;
};

struct Report {
  ReportOptions options;
  std::vector<std::vector<imf::SimilarityPair>> pairs;
  std::vector<std::vector<imf::AnalogySection>> questions;
  std::vector<std::string> words;  ///< whose neighbours are shown
  std::vector<ReportModel> models;

  /// The figures, for machines.
  [[nodiscard]] Json to_json() const;
};

/// Reads and measures all that the options name; says which model is in work.
[[nodiscard]] Report make_report(const ReportOptions& options, ProgressDisplay& display);

/// The number behind a key of an object, if there is one.
[[nodiscard]] std::optional<double> number_at(const Json& object, const std::string& key);

// The page and its sections. Each section is HTML, or "" where there is nothing to say.
[[nodiscard]] std::string report_page(const Report& report);
[[nodiscard]] std::string training_section(const Report& report);
[[nodiscard]] std::string progress_section(const Report& report);
[[nodiscard]] std::string theorem_section(const Report& report);
[[nodiscard]] std::string spectrum_section(const Report& report);
[[nodiscard]] std::string scores_section(const Report& report);
[[nodiscard]] std::string map_section(const Report& report);
[[nodiscard]] std::string neighbors_section(const Report& report);

}  // namespace app
