// SPDX-License-Identifier: MIT
/// \file
/// Forward declarations of the types that programs pass around, for headers that only name them.
#pragma once

#include <implicitmf/core/types.hpp>

namespace implicitmf {

class AliasTable;
class AlignedMatrix;
class CooccurrenceCounts;
class Embeddings;
class EncodedCorpus;
class FileBytes;
class HeldOutSample;
class NegativeSampler;
class StochasticDivergence;
class ThreadTeam;
class Vocabulary;
class WordLookup;
struct AnalogyEvaluationOptions;
struct AnalogyOptions;
struct AnalogyResult;
struct AnalogyScore;
struct AnalogySection;
struct AssociationDensity;
struct Factors;
struct GloVeOptions;
struct GloVeResult;
struct PrincipalComponents;
struct SGNSOptions;
struct SGNSResult;
struct SVDOptions;
struct SVDResult;
struct SimilarityOptions;
struct SimilarityPair;
struct SimilarityResult;
struct StochasticOptions;
struct StochasticResult;
struct VectorReadOptions;
struct WeightedOptions;
struct WeightedResult;
template <class Value>
struct Csr;

}  // namespace implicitmf
