// SPDX-License-Identifier: MIT
/// \file
/// What the methods of `implicitmf train` share.
#pragma once

#include <optional>
#include <string>

#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/word2vec_format.hpp>
#include <implicitmf/solvers/sgns_trainer.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>

#include "command.hpp"

namespace app {

/// Options of `train`, for all methods.
struct TrainArguments {
  CommonArguments common;
  CountArguments counting;
  AssociationArguments association;
  std::string method = "svd";
  std::string counts_file;
  std::string output;
  std::string context_output;
  imf::VectorChoice choice = imf::VectorChoice::words;
  imf::VectorFormat format = imf::VectorFormat::automatic;
  std::optional<double> negatives;
  std::size_t dimension = 100;
  std::uint64_t seed = 1;
  imf::SVDOptions svd{};
  imf::SGNSOptions sgns{};
  imf::SampledNegatives<> sampling{};
  bool adagrad = false;
  std::string start = "random";

  /// Writes the vectors that were asked for.
  void write(const imf::Factors& factors, const std::shared_ptr<const imf::Vocabulary>& words,
             const std::shared_ptr<const imf::Vocabulary>& contexts) const;
  /// All options, for the record.
  [[nodiscard]] Json to_json() const;
};

void train_svd(const TrainArguments& arguments);
void train_sgns(const TrainArguments& arguments);

}  // namespace app
