namespace Reuseportd.Api.Contract;

/// <summary>Why a request was not served.</summary>
/// <param name="Error">A sentence for people.</param>
/// <param name="Code">One of <see cref="ProblemCode"/>.</param>
/// <param name="Names">Of <see cref="ProblemCode.NoSuchName"/>: those that stand for nothing.</param>
internal sealed record ProblemDocument(string Error, string Code = ProblemCode.Invalid, IReadOnlyList<string>? Names = null);

/// <summary>The causes that programs may tell from each other.</summary>
internal static class ProblemCode
{
    /// <summary>A name of the request stands for nothing (404); nothing was changed.</summary>
    public const string NoSuchName = "no_such_name";

    /// <summary>The user may not do this (403).</summary>
    public const string Refused = "refused";

    /// <summary>The request is not understood, or asks for what cannot be (400, 404 of a path, 405).</summary>
    public const string Invalid = "invalid";

    /// <summary>Too many are served at this moment (429, 503).</summary>
    public const string Busy = "busy";

    /// <summary>The daemon is stopping (503).</summary>
    public const string Stopping = "stopping";

    /// <summary>The body is too large (413).</summary>
    public const string TooLarge = "too_large";
}
