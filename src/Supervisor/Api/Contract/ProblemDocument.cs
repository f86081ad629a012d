namespace Reuseportd.Api.Contract;

/// <summary>The reason why the daemon did not serve a request.</summary>
/// <param name="Error">A sentence for people; programs use <paramref name="Code"/>.</param>
/// <param name="Code">A constant of <see cref="ProblemCode"/>.</param>
/// <param name="Names">For <see cref="ProblemCode.NoSuchName"/>: the names that match nothing.</param>
internal sealed record ProblemDocument(string Error, string Code = ProblemCode.Invalid, IReadOnlyList<string>? Names = null);

/// <summary>Causes of refused requests, for programs.</summary>
internal static class ProblemCode
{
    /// <summary>A name of the request matches no service and no worker (404); nothing has changed.</summary>
    public const string NoSuchName = "no_such_name";

    /// <summary>The user may not do this (403).</summary>
    public const string Refused = "refused";

    /// <summary>The request is malformed, or its path or a value is not known (400, 404, 405).</summary>
    public const string Invalid = "invalid";

    /// <summary>Too many requests or connections at this moment (429, 503).</summary>
    public const string Busy = "busy";

    /// <summary>The daemon is stopping, or another program takes over, in which the command goes on (503).</summary>
    public const string Stopping = "stopping";

    /// <summary>The body is too large (413).</summary>
    public const string TooLarge = "too_large";
}
