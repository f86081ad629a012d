using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>The configuration, or its errors.</summary>
/// <param name="Fleet">Null if there are errors.</param>
/// <param name="Errors">All errors, ordered by file, line and column.</param>
/// <param name="Warnings">All warnings, in the same order.</param>
internal sealed record LoadResult(FleetSpec? Fleet, ValueList<ConfigurationError> Errors, ValueList<ConfigurationError> Warnings);
