def read_starts(path):
    """The columns x and y of a CSV file."""
    with open(path) as file:
        names = [name.strip().lower() for name in file.readline().split(",")]
        table = np.loadtxt(file, delimiter=",", ndmin=2)
    return table[:, [names.index("x"), names.index("y")]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", help="CSV file with the columns x,y to start from")
    parser.add_argument("--count", type=int, default=COUNT, help="how many particles, without --starts")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", help="CSV file for the end points; standard output if absent")
    MODEL_ARGUMENT
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    starts = read_starts(args.starts) if args.starts else draw_starts(args.count, rng)
    LOAD
    ends = solve(starts[:, :DIMENSIONS], rng)
    out = open(args.out, "w") if args.out else sys.stdout
    print("x,y", file=out)
    for end in ends:
        print(",".join(repr(float(value)) for value in (list(end) + [0.0])[:2]), file=out)
    if args.out:
        out.close()
    EVALUATIONS


if __name__ == "__main__":
    main()
