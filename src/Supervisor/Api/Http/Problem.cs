using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;

namespace Reuseportd.Api.Http;

/// <summary>The reason why a request is refused. Handlers throw it, and <see cref="Answers.GuardAsync"/> answers it.</summary>
#pragma warning disable CA1032, CA1064 // The exception carries an answer, and never leaves the handlers.
internal sealed class Problem(int status, ProblemDocument document) : Exception(document.Error)
#pragma warning restore CA1032, CA1064
{
    public int Status { get; } = status;

    public ProblemDocument Document { get; } = document;

    public static Problem Invalid(string error) =>
        new(StatusCodes.Status400BadRequest, new ProblemDocument(error, ProblemCode.Invalid));

    public static Problem NoSuchName(IReadOnlyList<string> names)
    {
        var error = $"there is no service or worker {string.Join(", ", names.Select(name => $"'{name}'"))}";
        return new(StatusCodes.Status404NotFound, new ProblemDocument(error, ProblemCode.NoSuchName, names));
    }

    public static Problem Busy(string error) =>
        new(StatusCodes.Status503ServiceUnavailable, new ProblemDocument(error, ProblemCode.Busy));
}
